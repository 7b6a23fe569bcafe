import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { changePassword } from '@cluster-ai/contract/api/session.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Command } from 'commander';
import { clientOfLogin, endLogin } from '../../connection/end-login.ts';
import { resolveServer } from '../../connection/server.ts';
import { startSession } from '../../connection/sign-in.ts';
import { ask } from '../../output/ask.ts';
import { print } from '../../output/print.ts';
import { readLinesFromStdin } from '../../output/read-stdin.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';

interface PasswordOptions extends GlobalOptions {
  readonly passwordStdin?: boolean;
}

const timeoutMs = 30_000;

export function userPasswordCommand(): Command {
  const command = new Command('password')
    .description('Change your own password; you are signed out everywhere else, and keys stay')
    .argument('<email>', 'your e-mail address')
    .option('--password-stdin', 'read two lines from stdin, the present password and the new one')
    .action((email: string, _flags, command: Command) => change(email, command.optsWithGlobals<PasswordOptions>()));
  return withExamples(command, 'cluster-ai user password ana@example.com');
}

/** A key cannot change a password: only its owner can, who knows the present one. */
async function change(email: string, options: PasswordOptions): Promise<void> {
  const { url } = resolveServer(options.server, process.env);
  const { present, next } = options.passwordStdin === true ? await readBoth() : await askBoth(email);
  const { stored } = await startSession(url, timeoutMs, { email, password: present });
  const login = { server: url, session: stored };
  try {
    const body = { currentPassword: present, newPassword: next };
    await callEndpoint(clientOfLogin(login), changePassword, { body });
  } finally {
    await endLogin(login);
  }
  print(options.output, { changed: email }, () => `the password of ${email} is changed`);
}

async function readBoth() {
  const [present = '', next = ''] = await readLinesFromStdin('present and the new password', 2);
  return { present, next };
}

async function askBoth(email: string) {
  if (!process.stdin.isTTY) {
    throw new ClusterError('CONFIG_INVALID', 'there is no terminal to ask for passwords on', {
      fix: 'give them with --password-stdin',
    });
  }
  const present = await ask({ text: `present password of ${email}: `, secret: true });
  const next = await ask({ text: 'new password: ', secret: true });
  const again = await ask({ text: 'new password once more: ', secret: true });
  if (again === next) return { present, next };
  throw new ClusterError('CANCELLED', 'nothing was changed: the new passwords are not the same');
}
