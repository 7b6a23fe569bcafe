import { testRpcEdge } from '@cluster-ai/testkit/edge/rpc-edge-suite.ts';
import { RpcClient } from '@cluster-ai/testkit/rpc-client.ts';
import { selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import { expect, test } from 'vitest';
import { startGrpcJsEdge } from './grpc-js-edge.ts';

const first = { ...selfSignedCertificate(), minVersion: 'TLSv1.2' } as const;
const second = { ...selfSignedCertificate(), minVersion: 'TLSv1.2' } as const;

testRpcEdge('grpc-js', startGrpcJsEdge);
testRpcEdge('grpc-js with TLS', startGrpcJsEdge, first);

test('another certificate is shown from the next connection on', async () => {
  const edge = await startGrpcJsEdge(
    {
      listenerId: 'test',
      host: '127.0.0.1',
      port: 0,
      paths: ['/test.Test/Ok'],
      tls: first,
      messageBytesMax: 1_000,
      headerBytesMax: 8_192,
      connectionsMax: 10,
      streamsMax: 10,
      requestTimeoutMs: 5_000,
      answerTimeoutMs: 5_000,
      idleTimeoutMs: 5_000,
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
