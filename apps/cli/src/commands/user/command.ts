import { Command } from 'commander';
import { userDeleteCommand } from './delete.ts';
import { userDisableCommand, userEnableCommand } from './disable.ts';
import { userInviteCommand } from './invite.ts';
import { userLinkCommand } from './link.ts';
import { userListCommand } from './list.ts';
import { userPasswordCommand } from './password.ts';
import { userRoleCommand } from './role.ts';
import { userSetupCodeCommand } from './setup-code.ts';
import { userShowCommand } from './show.ts';

export function userCommand(): Command {
  return new Command('user')
    .description('People who sign in, and their roles')
    .addCommand(userListCommand())
    .addCommand(userShowCommand())
    .addCommand(userInviteCommand())
    .addCommand(userRoleCommand())
    .addCommand(userDisableCommand())
    .addCommand(userEnableCommand())
    .addCommand(userLinkCommand())
    .addCommand(userDeleteCommand())
    .addCommand(userPasswordCommand())
    .addCommand(userSetupCodeCommand());
}
