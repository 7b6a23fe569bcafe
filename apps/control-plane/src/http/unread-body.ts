import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** Time that a sender has to notice the answer and stop. */
const lingerMs = 2_000;

/**
 * An answer that is sent before the request's body has arrived whole, to be sent with `connection: close` and a
 * `content-length`. It ends when the rest has come, which is read and dropped, or after a moment: a connection that is closed
 * over unread bytes is reset, and the sender may lose the answer.
 */
export function answerBesideBody(content: Readable, raw: IncomingMessage): Readable {
  return Readable.from(parts(content, raw));
}

async function* parts(content: Readable, raw: IncomingMessage): AsyncGenerator<Buffer | string> {
  // Texts and bodies of answers without an encoding are strings and buffers.
  yield* content as AsyncIterable<Buffer | string>;
  if (raw.complete || raw.destroyed) return;
  // Whoever was reading has stopped, and must not hold up the rest.
  raw.unpipe();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, lingerMs);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    raw.once('end', done);
    raw.once('close', done);
    raw.resume();
  });
}
