import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { shellText } from '../i18n/shell-text.ts';
import { useText } from '../i18n/use-text.ts';
import { CommandLine } from '../ui/command-line.tsx';
import { Notice } from '../ui/status.tsx';

/** Above every page that is seen without signing in while nobody can. */
export function SetupNotice() {
  const t = useText(shellText);
  return (
    <Notice tone="progress" title={t('setupTitle')}>
      <p>{t.rich('setupText', { command: <CommandLine command={cliWords.createSetupCode()} /> })}</p>
    </Notice>
  );
}
