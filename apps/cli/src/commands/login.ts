import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { whoAmI } from '@cluster-ai/contract/api/system.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Command } from 'commander';
import { writeLogin } from '../connection/login-file.ts';
import { resolveServer } from '../connection/server.ts';
import { print } from '../output/print.ts';
import type { GlobalOptions } from './context.ts';

interface LoginOptions extends GlobalOptions {
  readonly tokenStdin?: boolean;
}

const tokenBytesMax = 4_096;
const timeoutMs = 30_000;

export function loginCommand(): Command {
  return new Command('login')
    .description('Store a server and a token for later commands: login --server URL --token-stdin < token')
    .requiredOption('--token-stdin', 'read the token from stdin, so that it is in no process list and no shell history')
    .action((_flags, command: Command) => login(command.optsWithGlobals<LoginOptions>()));
}

async function login(options: LoginOptions): Promise<void> {
  if (options.server === undefined) {
    throw new ClusterError('CONFIG_INVALID', 'login needs --server', {
      fix: 'cluster-ai login --server http://host:3000 --token-stdin',
    });
  }
  const { url } = resolveServer(options.server, process.env);
  const token = await readToken();
  const { actor } = await callEndpoint({ baseUrl: url, token, timeoutMs }, whoAmI);
  const file = await writeLogin(process.env, { server: url, token });
  print(options.output, { server: url, actor, file }, () => `logged in to ${url} as ${actor}; stored in ${file}`);
}

async function readToken(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > tokenBytesMax) break;
  }
  const token = text.trim();
  if (token !== '' && token.length <= tokenBytesMax && !/\s/.test(token)) return token;
  throw new ClusterError('CONFIG_INVALID', 'stdin holds no token: one word was expected');
}
