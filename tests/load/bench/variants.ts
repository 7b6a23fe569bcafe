/**
 * How a gateway is set up.
 * `shared`: our own servers, models in a runner process. `inline`: the small ones inside the gateway. `plain servers`:
 * Node's HTTP server and grpc-js in place of our own. `unbatched`: every request is a run of its own.
 */
export type Variant = 'shared' | 'inline' | 'plain servers' | 'unbatched';

const ownServers = { CLUSTER_AI_GATEWAY_HTTP_SERVER: 'own', CLUSTER_AI_GATEWAY_GRPC_SERVER: 'own' };

/** The settings of a gateway, as its environment. */
export const environmentOf: Readonly<Record<Variant, Readonly<Record<string, string>>>> = {
  shared: ownServers,
  inline: { ...ownServers, CLUSTER_AI_GATEWAY_RUNNER_INLINE_MODELS: 'iris,mnist' },
  'plain servers': { CLUSTER_AI_GATEWAY_HTTP_SERVER: 'node', CLUSTER_AI_GATEWAY_GRPC_SERVER: 'grpc-js' },
  unbatched: { ...ownServers, CLUSTER_AI_GATEWAY_BATCHING_ENABLED: 'false' },
};
