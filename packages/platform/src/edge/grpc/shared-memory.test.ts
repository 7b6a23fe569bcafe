import { callBlock, frameOf, RawHttp2 } from '@cluster-ai/testkit/edge/raw-http2.ts';
import { afterEach, expect, test } from 'vitest';
import { flags, frameTypes } from '../http2/protocol.ts';
import { startGrpcEdge } from './grpc-edge.ts';

const path = '/test.Test/Echo';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** A message of letters, as gRPC frames it. */
function messageOf(letter: string, bytes: number): Buffer {
  const framed = Buffer.alloc(5 + bytes, letter);
  framed.writeUInt8(0);
  framed.writeUInt32BE(bytes, 1);
  return framed;
}

test('messages that wait for their handler, or for their rest, keep their bytes while other connections bring more', async () => {
  const go = Promise.withResolvers<void>();
  const options = {
    listenerId: 'test',
    host: '127.0.0.1',
    port: 0,
    paths: [path],
    messageBytesMax: 1_000_000,
    headerBytesMax: 8_192,
    connectionsMax: 40,
    streamsMax: 100,
    requestTimeoutMs: 30_000,
    answerTimeoutMs: 30_000,
    idleTimeoutMs: 30_000,
    onDefect: (defect: unknown) => {
      throw defect;
    },
  };
  const edge = await startGrpcEdge(options, async (call, reply) => {
    // Every other one is asked for before it is here.
    const early = call.header('when') === 'early' ? call.body() : null;
    await go.promise;
    reply.send(await (early ?? call.body()));
    reply.end({ code: 'OK', message: '' });
  });
  undo.push(() => edge.close(0));
  const sent = Array.from({ length: 30 }, (_, index) => {
    const message = messageOf(String.fromCharCode(97 + (index % 26)), 10 + index * 331);
    const block = callBlock(path, ['when', index % 2 === 0 ? 'early' : 'late']);
    const head = frameOf(frameTypes.headers, flags.endHeaders, 1, block);
    return { message, bytes: Buffer.concat([head, frameOf(frameTypes.data, flags.endStream, 1, message)]) };
  });
  const clients = await Promise.all(sent.map(() => RawHttp2.open(edge.port)));
  undo.push(() => clients.forEach((client) => client.destroy()));
  // In thirds, each client after the other: in the middle of header blocks, and of messages.
  for (const part of [0, 1, 2]) {
    for (const [index, client] of clients.entries()) {
      const { bytes } = sent[index] ?? { bytes: Buffer.alloc(0) };
      const third = Math.ceil(bytes.length / 3);
      client.send(bytes.subarray(part * third, (part + 1) * third));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  go.resolve();
  for (const [index, client] of clients.entries()) {
    await expect.poll(() => client.of(frameTypes.headers)).toHaveLength(2);
    const answer = Buffer.concat(client.of(frameTypes.data).map(({ payload }) => payload));
    expect(answer.equals(sent[index]?.message ?? Buffer.alloc(0))).toBe(true);
  }
});
