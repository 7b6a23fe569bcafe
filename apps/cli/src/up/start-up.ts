import { showError } from '../output/show-error.ts';
import { loadUpSettings } from './settings.ts';
import type { UpFlags } from './settings.ts';
import { createTerminal } from './terminal.ts';

/** `cluster-ai up`: as root it goes on as a system user. */
export async function startUp(flags: UpFlags): Promise<void> {
  const uid = process.getuid?.();
  const settings = loadUpSettings(flags, process.env, uid);
  const terminal = createTerminal();
  if (uid === 0) {
    const { continueAsUser } = await import('./as-user.ts');
    return continueAsUser(settings, flags, terminal);
  }
  const { runUp } = await import('./run.ts');
  return runUp({
    settings,
    terminal,
    verbose: flags.verbose ?? false,
    onStartFailed: (error) => showError(error, 'table'),
  });
}
