import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, isGreen, startPlatform, until } from '../../start-platform.ts';
import { modelNames, writeModelRepository } from './models.ts';

export interface ServerUnderTest {
  readonly url: string;
  /** Where it speaks gRPC, `host:port`. */
  readonly grpcAddress: string;
  /** Who may load and unload: sent as a Bearer token. */
  readonly operatorKey: string;
  stop(): Promise<void>;
}

/**
 * The server that the suite speaks to: the one at CLUSTER_AI_CONFORMANCE_URL and CLUSTER_AI_CONFORMANCE_GRPC, which must
 * serve the models of `models.ts` and obey CLUSTER_AI_CONFORMANCE_KEY, or a platform that is started with them. Nothing but the addresses reaches the tests.
 */
export async function serverUnderTest(): Promise<ServerUnderTest> {
  const given = process.env['CLUSTER_AI_CONFORMANCE_URL'];
  if (given === undefined) return startedServer();
  await untilModelsAreReady(given);
  const grpcAddress = process.env['CLUSTER_AI_CONFORMANCE_GRPC'] ?? '127.0.0.1:8001';
  const operatorKey = process.env['CLUSTER_AI_CONFORMANCE_KEY'] ?? '';
  return { url: given, grpcAddress, operatorKey, stop: async () => undefined };
}

async function startedServer(): Promise<ServerUnderTest> {
  const modelRepository = await mkdtemp(join(tmpdir(), 'cluster-ai-conformance-'));
  await writeModelRepository(modelRepository);
  const grpcPort = String(await freePort());
  const flags = ['--grpc-port', grpcPort];
  const platform = await startPlatform({ modelRepository, examples: false, flags });
  const stop = async () => {
    await platform.stop();
    await rm(modelRepository, { recursive: true, force: true });
  };
  try {
    await untilModelsAreReady(platform.gatewayUrl);
  } catch (error) {
    await stop();
    throw new Error(`the models were not served:\n${platform.output()}`, { cause: error });
  }
  return { url: platform.gatewayUrl, grpcAddress: `127.0.0.1:${grpcPort}`, operatorKey: platform.adminToken, stop };
}

async function untilModelsAreReady(url: string): Promise<void> {
  for (const name of modelNames) {
    await until(`model '${name}' is ready at ${url}`, 90_000, () => isGreen(`${url}/v2/models/${name}/ready`));
  }
}
