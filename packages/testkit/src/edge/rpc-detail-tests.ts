import { once } from 'node:events';
import { connect, type IncomingHttpHeaders } from 'node:http2';
import { deflateSync, gzipSync } from 'node:zlib';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { RpcCall, StartRpcEdge } from '@cluster-ai/platform/edge/rpc-edge.ts';
import { describe, expect, test, vi } from 'vitest';
import { RpcClient } from '../rpc-client.ts';
import { selfSignedCertificate } from '../tls/self-signed.ts';

const options = {
  listenerId: 'test',
  host: '127.0.0.1',
  port: 0,
  paths: ['/test.Test/Ok'],
  messageBytesMax: 1_000,
  headerBytesMax: 8_192,
  connectionsMax: 10,
  streamsMax: 10,
  requestTimeoutMs: 5_000,
  answerTimeoutMs: 5_000,
  idleTimeoutMs: 5_000,
};

/** Holds a server to what it does with requests that clients of gRPC do not send by themselves. */
export function testRpcDetails(name: string, startEdge: StartRpcEdge): void {
  describe(`details of calls over ${name}`, () => {
    testHeaders(startEdge);
    testCounting(startEdge);
    testPackedMessages(startEdge);
    testCertificates(startEdge);
  });
}

/** Sends one empty message with these headers, which no client of gRPC would send. */
async function callWith(
  startEdge: StartRpcEdge,
  ...headers: readonly string[]
): Promise<{ readonly call: RpcCall; readonly stderr: string }> {
  const calls: RpcCall[] = [];
  const edge = await startEdge({ ...options, onDefect: () => undefined }, async (call, reply) => {
    calls.push(call);
    await call.body();
    reply.end({ code: 'OK', message: '' });
  });
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const printed = vi.spyOn(console, 'error').mockReturnValue();
  // The types do not know that a client may send what the specification does not allow.
  const lenient = { maxSessionMemory: 10, strictSingleValueFields: false };
  const session = connect(`http://127.0.0.1:${edge.port}`, lenient);
  try {
    const head = [':method', 'POST', ':path', '/test.Test/Ok', ':scheme', 'http', ':authority', 'localhost'];
    const grpc = ['content-type', 'application/grpc', 'te', 'trailers'];
    const stream = session.request([...head, ...grpc, ...headers]);
    stream.end(Buffer.alloc(5));
    stream.resume();
    await once(stream, 'close');
  } finally {
    session.destroy();
    await edge.close(0);
  }
  const stderr = JSON.stringify([...written.mock.calls, ...printed.mock.calls]);
  written.mockRestore();
  printed.mockRestore();
  const [call] = calls;
  if (call === undefined) throw new Error('the call did not arrive');
  return { call, stderr };
}

const credentialsOf = ({ headers }: RpcCall) => headers.filter(([name]) => name === 'authorization');

function testHeaders(startEdge: StartRpcEdge): void {
  test('credentials that were sent twice are both seen, on the first call of a connection', async () => {
    const { call } = await callWith(startEdge, 'authorization', 'Bearer a', 'authorization', 'Bearer b');
    expect(credentialsOf(call)).toEqual([
      ['authorization', 'Bearer a'],
      ['authorization', 'Bearer b'],
    ]);
  });

  test('a credential with strange characters is one that is wrong, and is written nowhere', async () => {
    const { call, stderr } = await callWith(startEdge, 'authorization', 'Bearer sécret', 'x~y', 'sécret too');
    expect(credentialsOf(call)).toEqual([['authorization', expect.stringMatching(/^Bearer s\?+cret$/)]]);
    expect(stderr).not.toContain('cret');
  });

  test.each([
    ['99999999H', 2 ** 31 - 1_000, 2 ** 31],
    ['3456000S', 2 ** 31 - 1_000, 2 ** 31],
    ['20H', 71_990_000, 72_000_000],
  ])('a deadline of %s is one', async (timeout, least, most) => {
    const { timeoutMs } = (await callWith(startEdge, 'grpc-timeout', timeout)).call;
    expect(timeoutMs).toBeGreaterThan(least - 10_000);
    expect(timeoutMs).toBeLessThanOrEqual(most);
  });
}

function testCounting(startEdge: StartRpcEdge): void {
  test('a message is counted while it arrives, and refused before it is whole', async () => {
    const seen: unknown[] = [];
    let arrived = 0;
    const edge = await startEdge(
      { ...options, messageBytesMax: 1_000_000, onDefect: (defect) => seen.push(defect) },
      async (call, reply) => {
        const counting = (bytes: number): void => {
          arrived += bytes;
          if (arrived > 50_000) throw new ClusterError('OVERLOADED', 'no room');
        };
        await call.body(counting).catch((error: unknown) => seen.push(error));
        reply.end({ code: 'RESOURCE_EXHAUSTED', message: 'no room' });
      },
    );
    const session = connect(`http://127.0.0.1:${edge.port}`);
    const head = { ':method': 'POST', ':path': '/test.Test/Ok', 'content-type': 'application/grpc', te: 'trailers' };
    const stream = session.request(head);
    const frame = Buffer.alloc(5 + 900_000);
    frame.writeUInt32BE(900_000, 1);
    // The rest never comes.
    stream.write(frame.subarray(0, 100_000));
    const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    expect(answer['grpc-status']).toBe('8');
    expect(seen).toEqual([expect.objectContaining({ code: 'OVERLOADED' })]);
    expect(arrived).toBeLessThan(200_000);
    session.destroy();
    await edge.close(0);
  });
}

function testPackedMessages(startEdge: StartRpcEdge): void {
  describe('packed messages', () => {
    const text = Buffer.from('x'.repeat(500));
    test.each([
      ['gzip', gzipSync(text), '0'],
      ['deflate', deflateSync(text), '0'],
      // More than the largest message once it is unpacked.
      ['gzip', gzipSync(Buffer.alloc(10_000_000)).subarray(0, 900), '8'],
      ['gzip', gzipSync(Buffer.alloc(500_000)), '8'],
      ['gzip', gzipSync(text).subarray(0, 10), '13'],
      ['gzip', text, '13'],
      ['snappy', text, '12'],
    ])('%s, case %#', async (encoding, body, code) => {
      const sizes: number[] = [];
      const edge = await startEdge({ ...options, onDefect: () => undefined }, async (call, reply) => {
        try {
          sizes.push((await call.body()).byteLength);
          reply.end({ code: 'OK', message: '' });
        } catch {
          reply.end({ code: 'UNKNOWN', message: '' });
        }
      });
      const session = connect(`http://127.0.0.1:${edge.port}`);
      const head = { ':method': 'POST', ':path': '/test.Test/Ok', 'content-type': 'application/grpc', te: 'trailers' };
      const stream = session.request({ ...head, 'grpc-encoding': encoding });
      const frame = Buffer.concat([Buffer.of(1, 0, 0, 0, 0), body]);
      frame.writeUInt32BE(body.byteLength, 1);
      stream.end(frame);
      const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders];
      expect(answer['grpc-status']).toBe(code);
      expect(sizes).toEqual(code === '0' ? [500] : []);
      session.destroy();
      await edge.close(0);
    });
  });
}

function testCertificates(startEdge: StartRpcEdge): void {
  const first = { ...selfSignedCertificate(), minVersion: 'TLSv1.2' } as const;
  const second = { ...selfSignedCertificate(), minVersion: 'TLSv1.2' } as const;

  test('another certificate is shown from the next connection on', async () => {
    const edge = await startEdge(
      {
        ...options,
        tls: first,
        onDefect: (error) => {
          throw error;
        },
      },
      async (_call, reply) => reply.end({ code: 'ABORTED', message: 'reached' }),
    );
    const [before, after] = [first, second].map(({ cert }) => new RpcClient(`localhost:${edge.port}`, { ca: cert }));
    const ask = async (client: RpcClient | undefined) =>
      (await client?.unary('/test.Test/Ok', new Uint8Array(), { timeoutMs: 2_000 }))?.code;
    expect(await ask(before)).toBe('ABORTED');
    edge.setTls(second);
    expect(await ask(after)).toBe('ABORTED');
    expect(await ask(before)).toBe('ABORTED');
    const fresh = new RpcClient(`localhost:${edge.port}`, { ca: first.cert });
    expect(await ask(fresh)).toBe('UNAVAILABLE');
    for (const client of [before, after, fresh]) client?.close();
    await edge.close(0);
  });
}
