import { connect } from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';
import { callBlock, frameOf, RawHttp2, uint32 } from '@cluster-ai/testkit/edge/raw-http2.ts';
import { RpcClient } from '@cluster-ai/testkit/rpc-client.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { errorCodes, flags, frameTypes, settingIds } from '../http2/protocol.ts';
import type { RpcEdgeOptions, RpcHandler } from '../rpc-edge.ts';
import { startGrpcEdge } from './grpc-edge.ts';

const path = '/test.Test/Echo';
const block = callBlock(path);
const { endHeaders, endStream } = flags;

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const echo: RpcHandler = async (call, reply) => {
  const body = await call.body().catch(() => null);
  if (body !== null) reply.send(body);
  reply.end({ code: 'OK', message: '' });
};

async function start(handler: RpcHandler = echo, changed: Partial<RpcEdgeOptions> = {}, settings?: Buffer) {
  const defects: unknown[] = [];
  const options: RpcEdgeOptions = {
    listenerId: 'test',
    host: '127.0.0.1',
    port: 0,
    paths: [path],
    messageBytesMax: 10_000_000,
    headerBytesMax: 8_192,
    connectionsMax: 10,
    streamsMax: 100,
    requestTimeoutMs: 5_000,
    answerTimeoutMs: 5_000,
    idleTimeoutMs: 5_000,
    onDefect: (defect) => defects.push(defect),
    ...changed,
  };
  const edge = await startGrpcEdge(options, handler);
  undo.push(() => edge.close(0));
  const client = await RawHttp2.open(edge.port, settings);
  undo.push(() => client.destroy());
  return { edge, client, defects };
}

/** A message of so many bytes, as gRPC frames it. */
function message(bytes: number): Buffer {
  const framed = Buffer.alloc(5 + bytes, 7);
  framed.writeUInt8(0);
  framed.writeUInt32BE(bytes, 1);
  return framed;
}

const setting = (id: number, value: number): Buffer => {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(id);
  bytes.writeUInt32BE(value, 2);
  return bytes;
};

describe('floods end the connection, and nothing else', () => {
  const emptyData = frameOf(frameTypes.data, 0, 1);
  test.each<[string, Buffer]>([
    ['PING', frameOf(frameTypes.ping, 0, 0, Buffer.alloc(8))],
    ['SETTINGS', frameOf(frameTypes.settings, 0, 0)],
    ['ACKs of SETTINGS', frameOf(frameTypes.settings, flags.ack, 0)],
    ['PRIORITY', frameOf(frameTypes.priority, 0, 9, Buffer.alloc(5))],
    ['empty DATA', emptyData],
    ['WINDOW_UPDATE of the connection', frameOf(frameTypes.windowUpdate, 0, 0, uint32(1))],
    ['WINDOW_UPDATE of a stream', frameOf(frameTypes.windowUpdate, 0, 1, uint32(1))],
    ['unknown frames', frameOf(0xee, 0xff, 0, Buffer.alloc(20))],
    ['DATA after the end', frameOf(frameTypes.rstStream, 0, 1, uint32(8))],
  ])('%s', async (_name, frame) => {
    const { client, edge, defects } = await start();
    client.send(frameOf(frameTypes.headers, endHeaders, 1, block));
    for (let sent = 0; sent < 3_000; sent += 100) client.send(...Array.from({ length: 100 }, () => frame));
    await expect.poll(() => client.goneWith).toBe(errorCodes.ENHANCE_YOUR_CALM);
    await expect.poll(() => client.isClosed).toBe(true);
    const other = await RawHttp2.open(edge.port);
    undo.push(() => other.destroy());
    other.send(frameOf(frameTypes.headers, endHeaders, 1, block), frameOf(frameTypes.data, endStream, 1, message(3)));
    await expect.poll(() => other.of(frameTypes.data, 1)).toHaveLength(1);
    expect(defects).toEqual([]);
  });

  test('streams that are opened and reset: few of them reach the handler', async () => {
    let calls = 0;
    const { client } = await start(async (call) => {
      calls += 1;
      await call.body().catch(() => null);
    });
    for (let id = 1; id < 20_000; id += 2) {
      client.send(frameOf(frameTypes.headers, endHeaders, id, block), frameOf(frameTypes.rstStream, 0, id, uint32(8)));
    }
    await expect.poll(() => client.goneWith).toBe(errorCodes.ENHANCE_YOUR_CALM);
    expect(calls).toBeLessThan(2_500);
  });

  test('a header block without an end', async () => {
    const { client } = await start();
    client.send(frameOf(frameTypes.headers, 0, 1, block));
    for (let sent = 0; sent < 200; sent += 1) client.send(frameOf(frameTypes.continuation, 0, 1, Buffer.alloc(1_000)));
    await expect.poll(() => client.goneWith).toBe(errorCodes.ENHANCE_YOUR_CALM);
    const slow = await start(echo, { requestTimeoutMs: 200 });
    slow.client.send(frameOf(frameTypes.headers, 0, 1, block));
    await expect.poll(() => slow.client.isClosed).toBe(true);
  });

  test('more calls than there may be are refused, and those that are open go on', async () => {
    const held = Promise.withResolvers<void>();
    const { client } = await start(
      async (call, reply) => {
        await held.promise;
        await echo(call, reply);
      },
      { streamsMax: 5 },
    );
    for (let id = 1; id <= 21; id += 2) {
      client.send(
        frameOf(frameTypes.headers, endHeaders, id, block),
        frameOf(frameTypes.data, endStream, id, message(1)),
      );
    }
    await expect
      .poll(() => client.of(frameTypes.rstStream).map(({ streamId }) => streamId))
      .toEqual([11, 13, 15, 17, 19, 21]);
    expect(client.of(frameTypes.rstStream).every(({ payload }) => payload.readUInt32BE() === 7)).toBe(true);
    held.resolve();
    await expect.poll(() => client.of(frameTypes.data).map(({ streamId }) => streamId)).toEqual([1, 3, 5, 7, 9]);
  });
});

describe('windows', () => {
  test('no more is sent than the client has room for, and all of it in the end', async () => {
    const { client } = await start(echo, {}, setting(settingIds.initialWindowSize, 10));
    client.send(
      frameOf(frameTypes.headers, endHeaders, 1, block),
      frameOf(frameTypes.data, endStream, 1, message(1_000)),
    );
    const sent = (): number => client.of(frameTypes.data, 1).reduce((sum, { payload }) => sum + payload.length, 0);
    await expect.poll(sent).toBe(10);
    client.send(frameOf(frameTypes.windowUpdate, 0, 1, uint32(90)));
    await expect.poll(sent).toBe(100);
    // Smaller than what was sent: nothing leaves until it is positive again.
    client.send(frameOf(frameTypes.settings, 0, 0, setting(settingIds.initialWindowSize, 0)));
    client.send(frameOf(frameTypes.windowUpdate, 0, 1, uint32(5)));
    await delay(50);
    expect(sent()).toBe(100);
    client.send(frameOf(frameTypes.windowUpdate, 0, 1, uint32(100_000)));
    await expect.poll(sent).toBe(1_005);
    await expect.poll(() => client.of(frameTypes.headers, 1)).toHaveLength(2);
  });

  test('an answer that a client has no room for does not hold up the others', async () => {
    const { client } = await start(echo, {}, setting(settingIds.initialWindowSize, 100));
    client.send(
      frameOf(frameTypes.headers, endHeaders, 1, block),
      frameOf(frameTypes.data, endStream, 1, message(5_000)),
    );
    client.send(frameOf(frameTypes.headers, endHeaders, 3, block), frameOf(frameTypes.data, endStream, 3, message(50)));
    await expect.poll(() => client.of(frameTypes.headers, 3)).toHaveLength(2);
    expect(client.of(frameTypes.headers, 1)).toHaveLength(1);
  });

  test('a body that nobody asks for fills the window of its stream and no more', async () => {
    const { client } = await start(async (call) => new Promise((resolve) => call.onCancel(resolve)));
    client.send(frameOf(frameTypes.headers, endHeaders, 1, block));
    const part = frameOf(frameTypes.data, 0, 1, Buffer.alloc(16_384));
    for (let sent = 0; sent < 16; sent += 1) client.send(part);
    await delay(50);
    expect(client.of(frameTypes.windowUpdate, 1)).toEqual([]);
    client.send(part);
    await expect
      .poll(() => client.of(frameTypes.rstStream, 1)[0]?.payload.readUInt32BE())
      .toBe(errorCodes.FLOW_CONTROL_ERROR);
  });

  test('a large body is let in while it is read', async () => {
    const { client } = await start();
    client.send(frameOf(frameTypes.headers, endHeaders, 1, block));
    const body = message(3_000_000);
    // As the listener's SETTINGS say.
    let allowed = 256 * 1_024;
    let updates = 0;
    for (let at = 0; at < body.length;) {
      await expect
        .poll(() => {
          const seen = client.of(frameTypes.windowUpdate, 1);
          for (const { payload } of seen.slice(updates)) allowed += payload.readUInt32BE();
          updates = seen.length;
          return allowed;
        })
        .toBeGreaterThan(0);
      const part = body.subarray(at, at + Math.min(allowed, 16_384));
      at += part.length;
      allowed -= part.length;
      client.send(frameOf(frameTypes.data, at === body.length ? endStream : 0, 1, part));
    }
    await expect.poll(() => client.of(frameTypes.data, 1).length).toBeGreaterThan(0);
  });
});

test('a client that reads nothing is cut in time', async () => {
  const limits = { answerTimeoutMs: 300, streamsMax: 1_000 };
  const { client } = await start(echo, limits, setting(settingIds.initialWindowSize, 2 ** 31 - 1));
  client.send(frameOf(frameTypes.windowUpdate, 0, 0, uint32(2 ** 30)));
  client.pause();
  for (let id = 1; id < 2_000; id += 2) {
    client.send(frameOf(frameTypes.headers, endHeaders, id, block));
    client.send(frameOf(frameTypes.data, endStream, id, message(16_000)));
  }
  await delay(1_500);
  client.resume();
  await expect.poll(() => client.isClosed).toBe(true);
  expect(client.of(frameTypes.data).length).toBeLessThan(999);
});

describe('large answers are no flood, however small the windows of their client', () => {
  const answerBytes = 16 * 1_024 * 1_024;
  const answers = 20;

  test('a client that opens both windows for each frame', async () => {
    const large: RpcHandler = async (call, reply) => {
      await call.body();
      reply.send(new Uint8Array(answerBytes));
      reply.end({ code: 'OK', message: '' });
    };
    const { edge } = await start(large);
    const session = connect(`http://127.0.0.1:${edge.port}`, { settings: { initialWindowSize: 65_535 } });
    undo.push(() => session.destroy());
    for (let answer = 0; answer < answers; answer += 1) {
      const head = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' };
      const stream = session.request(head);
      stream.end(message(1));
      let bytes = 0;
      for await (const chunk of stream) bytes += (chunk as Buffer).length;
      expect(bytes).toBe(5 + answerBytes);
    }
    expect(session.destroyed).toBe(false);
  });

  test('a client of gRPC', async () => {
    const { edge } = await start(async (_call, reply) => {
      reply.send(new Uint8Array(answerBytes));
      reply.end({ code: 'OK', message: '' });
    });
    const client = new RpcClient(`localhost:${edge.port}`);
    undo.push(() => client.close());
    for (let answer = 0; answer < answers; answer += 1) {
      const { code, message: bytes } = await client.unary(path, new Uint8Array());
      expect({ code, bytes: bytes?.length }).toEqual({ code: 'OK', bytes: answerBytes });
    }
  });

  test('but windows that are opened byte by byte are one', async () => {
    const { client } = await start(echo, {}, setting(settingIds.initialWindowSize, 0));
    client.send(
      frameOf(frameTypes.headers, endHeaders, 1, block),
      frameOf(frameTypes.data, endStream, 1, message(9_000)),
    );
    for (let sent = 0; sent < 3_000; sent += 1) client.send(frameOf(frameTypes.windowUpdate, 0, 1, uint32(1)));
    await expect.poll(() => client.goneWith).toBe(errorCodes.ENHANCE_YOUR_CALM);
  });
});

test('padding and priorities of a call are left out of its message', async () => {
  const { client } = await start();
  const padded = (payload: Uint8Array): Buffer => Buffer.concat([Buffer.of(3), payload, Buffer.alloc(3)]);
  const withPriority = Buffer.concat([Buffer.alloc(4), Buffer.of(16), block]);
  client.send(
    frameOf(frameTypes.headers, endHeaders | flags.padded | flags.priority, 1, padded(withPriority)),
    frameOf(frameTypes.data, endStream | flags.padded, 1, padded(message(9))),
  );
  await expect.poll(() => client.of(frameTypes.data, 1)[0]?.payload).toEqual(message(9));
});
