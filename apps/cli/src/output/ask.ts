import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { ClusterError } from '@cluster-ai/core/errors.ts';

export interface Question {
  readonly text: string;
  /** Shows nothing of what is typed. */
  readonly secret?: boolean;
}

/**
 * Asks the person at the terminal for a line. The question goes to stderr, so that stdout holds the result alone.
 * @throws ClusterError CANCELLED when the input ends, or Ctrl-C is pressed.
 */
export async function ask({ text, secret = false }: Question): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({
    input: process.stdin,
    output: secret ? silent : process.stderr,
    terminal: true,
  });
  if (secret) process.stderr.write(text);
  try {
    return await new Promise<string>((resolve, reject) => {
      terminal.once('close', () => reject(new ClusterError('CANCELLED', 'nothing was done: no answer was given')));
      terminal.question(secret ? '' : text, resolve);
    });
  } finally {
    terminal.close();
    if (secret) process.stderr.write('\n');
  }
}
