import { once } from 'node:events';
import { connect } from 'node:net';
import type { WireRequest } from './scenarios.ts';
import type { Ended, Exchange, LoadConnection } from './load-connection.ts';

const headEnd = Buffer.from('\r\n\r\n');
const good = Buffer.from('HTTP/1.1 200');

/** A request as HTTP/1.1 writes it. */
export function httpRequestBytes({ path, headers, body }: WireRequest): Buffer {
  const fields = Object.entries({ Host: 'localhost', ...headers, 'Content-Length': String(body.byteLength) });
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), body]);
}

/** Opens a connection that carries one request at a time. The answers must tell their Content-Length. */
export async function openHttpLoadConnection(url: string): Promise<LoadConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  let waiting: { readonly exchange: Exchange; readonly ended: Ended } | null = null;
  let received: Buffer = Buffer.alloc(0);
  const finish = (problem: string | null): void => {
    const ended = waiting?.ended;
    waiting = null;
    received = Buffer.alloc(0);
    ended?.(problem);
  };
  socket.on('data', (chunk: Buffer) => {
    // Right answers nearly always come whole: to make a text of each head would be most of this program's work.
    if (received.byteLength === 0 && waiting !== null && isRightAnswer(chunk, waiting.exchange.answer)) {
      return finish(null);
    }
    received = received.byteLength === 0 ? chunk : Buffer.concat([received, chunk]);
    const headBytes = received.indexOf(headEnd);
    if (headBytes < 0 || waiting === null) return undefined;
    const head = received.toString('latin1', 0, headBytes);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
    const begin = headBytes + headEnd.byteLength;
    if (!Number.isInteger(length)) return finish(`an answer without its length: ${head.slice(0, 200)}`);
    if (received.byteLength < begin + length) return undefined;
    return finish(isRightAnswer(received, waiting.exchange.answer) ? null : received.toString('latin1', 0, 300));
  });
  socket.on('error', (error) => finish(error.message));
  socket.on('close', () => finish('the server closed the connection'));
  return {
    send: (exchange, ended) => {
      waiting = { exchange, ended };
      socket.write(exchange.request);
    },
    close: () => socket.destroy(),
  };
}

/** Whether this is a head of status 200, and after it just this body. */
function isRightAnswer(received: Buffer, body: Buffer): boolean {
  const begin = received.byteLength - body.byteLength;
  return (
    received.indexOf(headEnd) + headEnd.byteLength === begin &&
    received.compare(good, 0, good.byteLength, 0, good.byteLength) === 0 &&
    received.compare(body, 0, body.byteLength, begin) === 0
  );
}
