import { ClusterError } from '@cluster-ai/core/errors.ts';

const textLengthMax = 4_096;

/**
 * Reads secrets from stdin, where they are in no process list and no shell history.
 * @param what for the error: `the token`.
 * @returns as many lines as were expected, without their ends.
 * @throws ClusterError CONFIG_INVALID when there are none, fewer or more.
 */
export async function readLinesFromStdin(what: string, count: number): Promise<string[]> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > textLengthMax) break;
  }
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  if (text.length <= textLengthMax && lines.length === count && !lines.includes('')) return lines;
  const expected = count === 1 ? 'one line was expected' : `${count} lines were expected`;
  throw new ClusterError('CONFIG_INVALID', `stdin holds no ${what}: ${expected}`);
}

/** One secret. @throws as `readLinesFromStdin`. */
export async function readSecretFromStdin(what: string): Promise<string> {
  const [secret = ''] = await readLinesFromStdin(what, 1);
  return secret;
}
