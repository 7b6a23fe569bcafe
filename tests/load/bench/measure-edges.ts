import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callGrpc, modelInferPath } from './call-grpc.ts';
import { startEcho, type EchoEdge, type EchoServer } from './echo.ts';
import type { BenchGateway } from './gateway.ts';
import { framed } from './grpc-load-connection.ts';
import { runH2load } from './h2load.ts';
import type { MeasureOptions } from './measure.ts';
import { pairOf, type ServerPair } from './results.ts';
import { grpcRequest, scenarioOf } from './scenarios.ts';
import type { Variant } from './variants.ts';

const pairs: readonly { readonly name: string; readonly own: EchoEdge; readonly plain: EchoEdge }[] = [
  { name: 'HTTP', own: 'own HTTP', plain: 'node:http' },
  { name: 'gRPC', own: 'own gRPC', plain: 'grpc-js' },
];

/** Servers alone, each pinned to one core and its load to the other, in turn in each round. */
export async function measureEdges({ folder, rounds, seconds }: MeasureOptions): Promise<ServerPair[]> {
  const results: ServerPair[] = [];
  for (const { name, own, plain } of pairs) {
    const servers: EchoServer[] = [];
    try {
      for (const edge of [own, plain]) servers.push(await startEcho(folder, edge));
      const rates: { own: number; plain: number }[] = [];
      for (const server of servers) await server.run(1);
      for (let round = 1; round <= rounds; round += 1) {
        const [ownRate = 0, plainRate = 0] = [await servers[0]?.run(seconds), await servers[1]?.run(seconds)];
        rates.push({ own: ownRate, plain: plainRate });
        console.log(`round ${round}: ${own} alone ${Math.round(ownRate)}/s, ${plain} ${Math.round(plainRate)}/s`);
      }
      results.push(pairOf(name, rates));
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  }
  return results;
}

/**
 * The whole path over gRPC with either server: iris, 4 connections with 16 calls each. h2load sends one request over and
 * over and compares no answer, so this one is looked at before and after.
 */
export async function measureGrpcPath(
  { folder, rounds, seconds }: MeasureOptions,
  gateways: ReadonlyMap<Variant, BenchGateway>,
): Promise<ServerPair[]> {
  const message = grpcRequest(scenarioOf('iris', 'gRPC'), 0);
  const bodyFile = join(folder, 'iris.frame');
  await writeFile(bodyFile, framed(message));
  const urls = (['shared', 'plain servers'] as const).map((variant) => gateways.get(variant)?.grpcUrl ?? '');
  const answers = async (): Promise<Buffer[]> => Promise.all(urls.map((url) => callGrpc(url, message)));
  const [answer = Buffer.alloc(0), other] = await answers();
  if (other?.equals(answer) !== true) throw new Error('the two gRPC servers answer the same call with other bytes');
  const load = {
    path: modelInferPath,
    bodyFile,
    answerBytes: framed(answer).byteLength,
    connections: 4,
    streams: 16,
    seconds,
  };
  const rates: { own: number; plain: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const [own, plain] = [
      await runH2load({ ...load, url: urls[0] ?? '' }, null),
      await runH2load({ ...load, url: urls[1] ?? '' }, null),
    ];
    // The first one warms up.
    if (round > 0) rates.push({ own, plain });
    console.log(`round ${round}: iris over gRPC, own server ${Math.round(own)}/s, grpc-js ${Math.round(plain)}/s`);
  }
  if ((await answers()).some((bytes) => !bytes.equals(answer))) throw new Error('a gRPC server changed its answer');
  return [pairOf('gRPC', rates)];
}
