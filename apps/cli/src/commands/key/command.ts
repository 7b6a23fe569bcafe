import { Command } from 'commander';
import { keyCreateCommand } from './create.ts';
import { keyListCommand } from './list.ts';
import { keyRevokeCommand } from './revoke.ts';
import { keyShowCommand } from './show.ts';

export function keyCommand(): Command {
  return new Command('key')
    .description('API keys: for programs, and for this command on other machines')
    .addCommand(keyListCommand())
    .addCommand(keyShowCommand())
    .addCommand(keyCreateCommand())
    .addCommand(keyRevokeCommand());
}
