import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** A server that has not ended the connection by then never will. */
const waitMsMax = 5_000;

export interface Received {
  readonly bytes: Buffer;
  /** The server has ended the connection, as it must once it has seen that its client has. */
  readonly ended: boolean;
}

/** Sends the pieces, each in a packet of its own as far as this end decides that, and ends the sending half. */
export async function sendPieces(port: number, pieces: readonly Uint8Array[]): Promise<Received> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  const chunks: Buffer[] = [];
  let ended = false;
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, waitMsMax);
    const end = (): void => {
      ended = true;
      clearTimeout(timer);
      resolve();
    };
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.once('end', end);
    socket.once('close', end);
    // It may be cut while this end still sends.
    socket.on('error', end);
  });
  await new Promise<void>((resolve) => {
    socket.once('connect', () => resolve());
    socket.once('error', () => resolve());
  });
  for (const [index, piece] of pieces.entries()) {
    if (socket.writable) socket.write(piece);
    // What lies between two pieces is what a slow network would put there.
    if (index < pieces.length - 1) for (let turn = 0; turn < 2; turn += 1) await nextTurn();
  }
  socket.end();
  await over;
  socket.destroy();
  return { bytes: Buffer.concat(chunks), ended };
}
