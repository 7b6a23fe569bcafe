import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Command } from 'commander';
import { ask } from '../output/ask.ts';

export interface ConfirmOptions {
  readonly yes?: boolean;
}

/** For commands whose effect cannot be undone. */
export function withConfirmation(command: Command): Command {
  return command.option('--yes', 'do not ask');
}

/**
 * Lets the person at the terminal type the name of what goes, unless `--yes` was given.
 * @param what what is deleted, in words.
 * @throws ClusterError CONFIG_INVALID without a terminal to ask on, CANCELLED when something else was typed.
 */
export async function confirmDeletion({ yes }: ConfirmOptions, name: string, what: string): Promise<void> {
  if (yes === true) return;
  if (!process.stdin.isTTY) {
    throw new ClusterError('CONFIG_INVALID', `deleting ${what} must be confirmed, and there is no terminal to ask on`, {
      fix: 'add --yes',
    });
  }
  const typed = await ask({ text: `This deletes ${what}. Type ${name} to go on: ` });
  if (typed.trim() !== name) throw new ClusterError('CANCELLED', 'nothing was deleted: another name was typed');
}
