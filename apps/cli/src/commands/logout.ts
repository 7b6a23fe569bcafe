import { Command } from 'commander';
import { endLogin } from '../connection/end-login.ts';
import { readLogin, removeLogin } from '../connection/login-file.ts';
import type { Login } from '../connection/login-file.ts';
import { print } from '../output/print.ts';
import { timeText, visible } from '../output/table.ts';
import type { GlobalOptions } from './context.ts';
import { withExamples } from './with-examples.ts';

interface LogoutOptions extends GlobalOptions {
  readonly local?: boolean;
}

export function logoutCommand(): Command {
  const command = new Command('logout')
    .description('Revoke the key that login made, or end its session, and forget the server')
    .option('--local', 'only forget it here: for a server that does not answer any more')
    .action((_flags, command: Command) => logout(command.optsWithGlobals<LogoutOptions>()));
  return withExamples(command, 'cluster-ai logout');
}

async function logout({ output, local = false }: LogoutOptions): Promise<void> {
  const login = readLogin(process.env);
  if (login === null) {
    print(output, { server: null, key: null, ended: false }, () => 'nobody is logged in');
    return;
  }
  const ended = !local && (await endLogin(login));
  removeLogin(process.env);
  const data = { server: login.server, key: login.key?.id ?? null, ended };
  print(output, data, () => `logged out of ${login.server}; ${consequence(login, ended, local)}`);
}

function consequence({ key, session }: Login, ended: boolean, local: boolean): string {
  if (key === undefined && session === undefined) return 'the token that was brought along still works';
  const what = key === undefined ? 'the session' : `key ${visible(key.name)} (${key.id})`;
  if (ended) return `${what} has ended`;
  if (!local) return `${what} had ended already`;
  return `${what} still works${key === undefined ? '' : ` until ${timeText(key.expiresAt, 'it is revoked')}`}`;
}
