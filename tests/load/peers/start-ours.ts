import { startBenchGateway } from '../bench/gateway.ts';
import { peerModels } from './peers.ts';
import type { RunningServer } from './server.ts';

/** Our gateway, as it comes, with a key for every request. It is sent what each of the others takes. */
export async function startOurs(): Promise<RunningServer> {
  const gateway = await startBenchGateway({ models: peerModels, variant: 'shared' });
  return {
    url: gateway.url,
    path: (model) => `/v2/models/${model}/infer`,
    coldStartMs: gateway.coldStartMs,
    wires: (model) => (model === 'convolution' ? ['binary', 'JSON'] : ['JSON']),
    memory: () => gateway.memory(),
    stop: () => gateway.stop(),
  };
}
