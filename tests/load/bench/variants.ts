/**
 * How a gateway is set up.
 * `shared`: our own servers, models in a runner process. `two gateways`: two of these on one port, as
 * `cluster-ai up --gateways 2` starts them. `inline`: small models inside the gateway. `plain servers`: Node's HTTP server
 * and grpc-js in place of our own. `unbatched`: every request is a run of its own.
 */
export type Variant = 'shared' | 'two gateways' | 'inline' | 'plain servers' | 'unbatched';

const ownServers = { CLUSTER_AI_GATEWAY_HTTP_SERVER: 'own', CLUSTER_AI_GATEWAY_GRPC_SERVER: 'own' };

/** The settings of a gateway, as its environment. */
export const environmentOf: Readonly<Record<Variant, Readonly<Record<string, string>>>> = {
  shared: ownServers,
  'two gateways': { ...ownServers, CLUSTER_AI_GATEWAY_HTTP_REUSE_PORT: 'true' },
  inline: { ...ownServers, CLUSTER_AI_GATEWAY_RUNNER_INLINE_MODELS: 'iris,mnist' },
  'plain servers': { CLUSTER_AI_GATEWAY_HTTP_SERVER: 'node', CLUSTER_AI_GATEWAY_GRPC_SERVER: 'grpc-js' },
  unbatched: { ...ownServers, CLUSTER_AI_GATEWAY_BATCHING_ENABLED: 'false' },
};

/** Processes that answer on one port. */
export function processesOf(variant: Variant): number {
  return variant === 'two gateways' ? 2 : 1;
}
