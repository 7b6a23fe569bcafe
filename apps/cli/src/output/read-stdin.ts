import { ClusterError } from '@cluster-ai/core/errors.ts';

const secretBytesMax = 4_096;

/**
 * Reads a secret from stdin, where it is in no process list and no shell history: the line without its end.
 * @param what for the error: `token`, `password`.
 * @throws ClusterError CONFIG_INVALID when there is none, or more than one line.
 */
export async function readSecretFromStdin(what: string): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > secretBytesMax) break;
  }
  const secret = text.replace(/\r?\n$/, '');
  if (secret !== '' && secret.length <= secretBytesMax && !/[\r\n]/.test(secret)) return secret;
  throw new ClusterError('CONFIG_INVALID', `stdin holds no ${what}: one line was expected`);
}
