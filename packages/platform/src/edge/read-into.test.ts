import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { RawClient } from '@cluster-ai/testkit/edge/raw-client.ts';
import { afterEach, expect, test } from 'vitest';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import type { EdgeOptions } from './edge.ts';
import { startOwnHttpEdge } from './own-http-edge.ts';
import { readInto, ReadMemory } from './read-into.ts';

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const edgeOptions: EdgeOptions = {
  listenerId: 'test',
  host: '127.0.0.1',
  port: 0,
  bodyBytesMax: 1_000_000,
  headerBytesMax: 8_192,
  connectionsMax: 40,
  requestTimeoutMs: 30_000,
  answerTimeoutMs: 30_000,
  idleTimeoutMs: 75_000,
  onDefect: (error) => {
    throw error;
  },
};

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port; // A TCP server's address is an object.
}

test('what a connection brings lies in the memory that was given, and its end is told to the server', async () => {
  const memory = new ReadMemory(65_536);
  const accepted = Promise.withResolvers<Socket>();
  const heard = Promise.withResolvers<Buffer>();
  const server = createServer((socket) => {
    const taken = readInto(socket, memory, heard.resolve);
    taken.on('end', () => taken.end('bye'));
    accepted.resolve(taken);
  });
  const port = await listen(server);
  const client = await RawClient.connect(port);
  client.send('hello');
  const bytes = await heard.promise;
  expect(bytes.buffer).toBe(memory.bytes.buffer);
  expect(bytes.toString()).toBe('hello');
  const taken = await accepted.promise;
  expect(taken.remoteAddress).toBe('127.0.0.1');
  const gone = once(taken, 'close');
  const closed = once(server.close(), 'close');
  client.finishSending();
  await gone;
  await client.closed();
  // It counts its connections down to none.
  await closed;
  expect(client.rest).toBe('bye');
});

test('a packet lies where it was given room, and behind it in the memory of all', async () => {
  const memory = new ReadMemory(65_536);
  const own = Buffer.alloc(8);
  let isRoomLeft = true;
  const heard: Buffer[] = [];
  const server = createServer((socket) => {
    const read = (bytes: Buffer): void => {
      heard.push(bytes.buffer === memory.bytes.buffer ? Buffer.from(bytes) : bytes);
      isRoomLeft = false;
    };
    const taken = readInto(socket, memory, read, () => (isRoomLeft ? own : null));
    taken.on('end', () => taken.end());
  });
  closers.push(() => server.close());
  const client = await RawClient.connect(await listen(server));
  client.send('hello, and more than eight bytes');
  await expect.poll(() => Buffer.concat(heard).toString()).toBe('hello, and more than eight bytes');
  expect(heard[0]?.buffer).toBe(own.buffer);
  expect(own.toString()).toBe('hello, a');
  expect(heard).toHaveLength(2);
  client.destroy();
});

test('a connection without a handle that takes memory is read all the same', async () => {
  const heard = Promise.withResolvers<Buffer>();
  const server = createServer((socket) => {
    const handle: unknown = Reflect.get(socket, '_handle');
    if (typeof handle === 'object' && handle !== null) Reflect.set(handle, 'useUserBuffer', undefined);
    const read = readInto(socket, new ReadMemory(16), heard.resolve);
    expect(read).toBe(socket);
    socket.on('end', () => socket.end());
  });
  closers.push(() => server.close());
  const client = await RawClient.connect(await listen(server));
  client.send('hello, and more than sixteen bytes');
  expect((await heard.promise).toString()).toBe('hello, and more than sixteen bytes');
  client.destroy();
});

test('requests that wait for their handler, or for their rest, keep their bytes while other connections bring more', async () => {
  const go = Promise.withResolvers<void>();
  const edge = await startOwnHttpEdge(edgeOptions, async (call, reply) => {
    const body = await call.body();
    await go.promise;
    reply.send(200, [], body);
  });
  closers.push(() => edge.close(0));
  const bodies = Array.from({ length: 30 }, (_, index) =>
    String.fromCharCode(97 + (index % 26)).repeat(10 + index * 331),
  );
  const clients = await Promise.all(bodies.map(() => RawClient.connect(edge.port)));
  closers.push(() => clients.forEach((client) => client.destroy()));
  const requests = bodies.map((body) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  // In thirds, each client after the other: in the middle of heads, and of bodies.
  for (const part of [0, 1, 2]) {
    for (const [index, client] of clients.entries()) {
      const request = requests[index] ?? '';
      const third = Math.ceil(request.length / 3);
      client.send(request.slice(part * third, (part + 1) * third));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  go.resolve();
  for (const [index, client] of clients.entries()) {
    const { body } = await client.response();
    expect(body.toString()).toBe(bodies[index]);
  }
});

test('large bodies are what was sent, one behind the other and side by side, in whatever pieces they come', async () => {
  const random = seededRandom(41);
  const upTo = (max: number): number => Math.floor(random() * max);
  const edge = await startOwnHttpEdge({ ...edgeOptions, bodyBytesMax: 5_000_000 }, async (call, reply) => {
    const body = await call.body();
    reply.send(200, [], createHash('sha256').update(body).digest('hex'));
    call.releaseBody?.();
  });
  closers.push(() => edge.close(0));
  const talk = async (): Promise<void> => {
    const client = await RawClient.connect(edge.port);
    closers.push(() => client.destroy());
    // Some have their memory at once, the last one gets more as it grows.
    const bodies = [300_000, 5, 70_000 + upTo(500_000), 1_200_000 + upTo(500_000)].map((size) => {
      const body = Buffer.allocUnsafe(size);
      for (let at = 0; at < size; at += 1) body[at] = upTo(256);
      return body;
    });
    const requests = Buffer.concat(
      bodies.flatMap((body) => [
        Buffer.from(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`),
        body,
      ]),
    );
    for (let at = 0; at < requests.length;) {
      const end = at + 1 + upTo(200_000);
      client.send(requests.subarray(at, end));
      at = end;
      if (random() < 0.5) await new Promise((resolve) => setTimeout(resolve, upTo(5)));
    }
    for (const body of bodies) {
      const answer = await client.response();
      expect(answer.body.toString()).toBe(createHash('sha256').update(body).digest('hex'));
    }
  };
  await Promise.all(Array.from({ length: 8 }, talk));
});
