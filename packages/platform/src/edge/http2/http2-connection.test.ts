import { createServer, type AddressInfo } from 'node:net';
import { callBlock, frameOf, RawHttp2 } from '@cluster-ai/testkit/edge/raw-http2.ts';
import { expect, test } from 'vitest';
import { Http2Connection } from './http2-connection.ts';
import { errorCodes, flags, frameTypes } from './protocol.ts';

const limits = {
  streamsMax: 10,
  headerBytesMax: 8_192,
  requestTimeoutMs: 5_000,
  answerTimeoutMs: 5_000,
  idleTimeoutMs: 5_000,
};

test('a defect ends the connection on which it was met, is told, and the program goes on', async () => {
  const defects: unknown[] = [];
  let open = 0;
  const server = createServer((socket) => {
    open += 1;
    new Http2Connection(socket, {
      ...limits,
      onRequest: () => {
        throw new Error('a defect');
      },
      onClosed: () => (open -= 1),
      onDefect: (error) => defects.push(error),
    }).sweep(performance.now());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // A TCP server's address is an object; only pipes have text.
  const { port } = server.address() as AddressInfo;
  const clients = await Promise.all([RawHttp2.open(port), RawHttp2.open(port)]);
  const [first, second] = clients;
  first.send(frameOf(frameTypes.headers, flags.endHeaders, 1, callBlock('/test.Test/Echo')));
  await expect.poll(() => first.goneWith).toBe(errorCodes.INTERNAL_ERROR);
  await expect.poll(() => first.isClosed).toBe(true);
  expect(defects).toEqual([new Error('a defect')]);
  second.send(frameOf(frameTypes.ping, 0, 0, Buffer.alloc(8)));
  await expect.poll(() => second.of(frameTypes.ping)).toHaveLength(1);
  await expect.poll(() => open).toBe(1);
  for (const client of clients) client.destroy();
  await new Promise((resolve) => server.close(resolve));
});
