import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isGreen, startPlatform, until } from '../../start-platform.ts';
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
 * The server that the suite speaks to: a platform that is started with the models of `models.ts`, or the one at
 * CLUSTER_AI_CONFORMANCE_URL and CLUSTER_AI_CONFORMANCE_GRPC, which must serve the folder
 * CLUSTER_AI_CONFORMANCE_REPOSITORY and obey CLUSTER_AI_CONFORMANCE_KEY. Nothing but the addresses reaches the tests.
 */
export async function serverUnderTest(): Promise<ServerUnderTest> {
  const given = process.env['CLUSTER_AI_CONFORMANCE_URL'];
  if (given === undefined) return startedServer();
  const modelRepository = process.env['CLUSTER_AI_CONFORMANCE_REPOSITORY'];
  if (modelRepository !== undefined) await writeModelRepository(modelRepository);
  await untilModelsAreReady(given);
  const grpcAddress = process.env['CLUSTER_AI_CONFORMANCE_GRPC'] ?? '127.0.0.1:8001';
  const operatorKey = process.env['CLUSTER_AI_CONFORMANCE_KEY'] ?? '';
  return { url: given, grpcAddress, operatorKey, stop: async () => undefined };
}

async function startedServer(): Promise<ServerUnderTest> {
  const modelRepository = await mkdtemp(join(tmpdir(), 'cluster-ai-conformance-'));
  await writeModelRepository(modelRepository);
  const platform = await startPlatform({ modelRepository, examples: false });
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
  const grpcAddress = `127.0.0.1:${platform.ports.grpc}`;
  return { url: platform.gatewayUrl, grpcAddress, operatorKey: platform.adminToken, stop };
}

async function untilModelsAreReady(url: string): Promise<void> {
  for (const name of modelNames) {
    await until(`model '${name}' is ready at ${url}`, 90_000, () => isGreen(`${url}/v2/models/${name}/ready`));
  }
}
