import { hostname } from 'node:os';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { createKey } from '@cluster-ai/contract/api/keys.ts';
import { whoAmI } from '@cluster-ai/contract/api/system.ts';
import { actionsGrantableBy } from '@cluster-ai/core/access/roles.ts';
import { isLoopbackHost } from '@cluster-ai/core/access/loopback.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Command, Option } from 'commander';
import { clientOfLogin, endLogin } from '../connection/end-login.ts';
import { readLogin, writeLogin } from '../connection/login-file.ts';
import type { Login } from '../connection/login-file.ts';
import { resolveServer } from '../connection/server.ts';
import { startSession } from '../connection/sign-in.ts';
import { ask } from '../output/ask.ts';
import { print } from '../output/print.ts';
import { readSecretFromStdin } from '../output/read-stdin.ts';
import { timeText, visible } from '../output/table.ts';
import type { GlobalOptions } from './context.ts';
import { parseExpiry } from './key/parse-expiry.ts';
import { withExamples } from './with-examples.ts';

interface LoginOptions extends GlobalOptions {
  readonly tokenStdin?: boolean;
  readonly email?: string;
  readonly passwordStdin?: boolean;
  readonly expires: string;
}

const timeoutMs = 30_000;
const keyLifetime = '30d';

export function loginCommand(): Command {
  const command = new Command('login')
    .description('Sign in to a server, for all later commands')
    .option('--email <address>', 'who signs in; asked for unless given')
    .option('--password-stdin', 'read the password from stdin; otherwise it is asked for and not shown')
    .addOption(
      new Option('--token-stdin', 'read an API key from stdin instead, which is stored as it is').conflicts([
        'email',
        'passwordStdin',
        'expires',
      ]),
    )
    .addOption(
      new Option('--expires <when>', 'when the key of this command ends')
        .argParser((text) => parseExpiry(text))
        .default(parseExpiry(keyLifetime), keyLifetime),
    )
    .action((_flags, command: Command) => login(command.optsWithGlobals<LoginOptions>()));
  return withExamples(
    command,
    'cluster-ai login --server https://ai.example.com --email ana@example.com',
    'cluster-ai login --server https://ai.example.com --token-stdin < ci.key',
  );
}

/**
 * A person's password makes a session, the session makes a key with the person's own rights, and the key is what is kept:
 * it ends by itself, shows in the list of keys with its last use, and can be revoked there when this machine is lost.
 * Who may not make keys keeps the session.
 */
async function login(options: LoginOptions): Promise<void> {
  const { url } = resolveServer(options.server, process.env);
  warnOfPlainText(url);
  const before = readLogin(process.env);
  const login = options.tokenStdin === true ? await withToken(url) : await withPassword(url, options);
  const { actor } = await callEndpoint(clientOfLogin(login), whoAmI);
  const file = await writeLogin(process.env, login);
  if (before !== null) await endBefore(before);
  print(options.output, { server: url, actor, key: login.key ?? null, file }, () =>
    [`logged in to ${url} as ${visible(actor)}; stored in ${file}`, ...lifetime(login)].join('\n'),
  );
}

function lifetime({ key, session }: Login): string[] {
  if (key !== undefined) return [`key ${visible(key.name)} works until ${timeText(key.expiresAt, 'it is revoked')}`];
  return session === undefined ? [] : ['the session ends when it is not used'];
}

/** The new login stands whatever becomes of the old one. */
async function endBefore(before: Login): Promise<void> {
  try {
    await endLogin(before);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    process.stderr.write(`warning: the login before this one still works: ${visible(error.message)}\n`);
  }
}

async function withToken(server: string): Promise<Login> {
  const token = (await readSecretFromStdin('token')).trim();
  if (/\s/.test(token)) throw new ClusterError('CONFIG_INVALID', 'stdin holds no token: one word was expected');
  return { server, token };
}

async function withPassword(server: string, options: LoginOptions): Promise<Login> {
  const credentials = await readCredentials(options);
  const { session, stored } = await startSession(server, timeoutMs, credentials);
  const signedIn: Login = { server, session: stored };
  const { role } = session;
  const name = `cli@${hostname()}`.slice(0, 128);
  const body = { name, actions: role === null ? [] : [...actionsGrantableBy(role)], expiresAt: options.expires };
  try {
    const { key, secret } = await callEndpoint(clientOfLogin(signedIn), createKey, { body });
    await endLogin(signedIn);
    return { server, token: secret, key: { id: key.id, name: key.name, expiresAt: key.expiresAt } };
  } catch (error) {
    if (error instanceof ClusterError && error.code === 'PERMISSION_DENIED' && role === 'viewer') return signedIn;
    await endLogin(signedIn);
    throw error;
  }
}

async function readCredentials({ email, passwordStdin = false }: LoginOptions) {
  if (!passwordStdin && !process.stdin.isTTY) {
    throw new ClusterError('CONFIG_INVALID', 'there is no terminal to ask for the password on', {
      fix: 'give it with --email and --password-stdin, or an API key with --token-stdin',
    });
  }
  if (passwordStdin && email === undefined) {
    throw new ClusterError('CONFIG_INVALID', 'login with --password-stdin needs --email');
  }
  const address = email ?? (await ask({ text: 'e-mail: ' })).trim();
  const password = passwordStdin
    ? await readSecretFromStdin('password')
    : await ask({ text: `password of ${address}: `, secret: true });
  return { email: address, password };
}

/** Not refused: there may be a tunnel. */
function warnOfPlainText(server: string): void {
  const { protocol, host } = new URL(server);
  if (protocol === 'https:' || isLoopbackHost(host)) return;
  process.stderr.write(`warning: ${server} is not encrypted; whoever is on the way can read what you sign in with\n`);
}
