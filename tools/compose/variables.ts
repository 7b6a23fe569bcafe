/** A variable that the compose files, or the doors to them, read from the environment or from `.env`. */
export interface ComposeVariable {
  readonly name: string;
  /** What it is without one; empty where there is none. */
  readonly fallback: string;
  readonly meaning: string;
}

const variable = (name: string, fallback: string, meaning: string): ComposeVariable => ({ name, fallback, meaning });

export const composeVariables: readonly ComposeVariable[] = [
  variable('CLUSTER_AI_PUBLIC_URL', 'https://localhost', 'where people open the front door of the production set'),
  variable('CLUSTER_AI_BIND', '0.0.0.0', 'address of this machine that the front door listens on'),
  variable('CLUSTER_AI_HTTP_PORT', '80', 'port that leads to HTTPS'),
  variable('CLUSTER_AI_HTTPS_PORT', '443', 'port of dashboard, API and predictions'),
  variable('CLUSTER_AI_GRPC_PORT', '8001', 'port of predictions over gRPC'),
  variable('CLUSTER_AI_REGISTRY', '', 'with a slash at its end: where the images are pulled from; empty: built here'),
  variable('CLUSTER_AI_VERSION', '0.1.0', 'tag of the images'),
  variable('CLUSTER_AI_GATEWAY_IMAGE', 'cluster-ai/gateway:0.1.0', 'one image whole, with its digest for instance'),
  variable('CLUSTER_AI_CONTROL_PLANE_IMAGE', 'cluster-ai/control-plane:0.1.0', 'the same'),
  variable('CLUSTER_AI_DASHBOARD_IMAGE', 'cluster-ai/dashboard:0.1.0', 'the same'),
  variable('CLUSTER_AI_CLI_IMAGE', 'cluster-ai/cli:0.1.0', 'the same'),
  variable('CLUSTER_AI_POSTGRES_IMAGE', '', 'another PostgreSQL; with a digest in the compose files'),
  variable('CLUSTER_AI_REDIS_IMAGE', '', 'another Redis'),
  variable('CLUSTER_AI_PROMETHEUS_IMAGE', '', 'another Prometheus'),
  variable('CLUSTER_AI_NODE_IMAGE', '', 'another Node for the development set'),
  variable('CLUSTER_AI_SECRETS', './secrets', 'folder of the secrets'),
  variable('CLUSTER_AI_FRONT_DOOR', './deployments/compose/front-door', "folder of the front door's settings"),
  variable('CLUSTER_AI_APP_SUBNET', '172.30.80.0/24', 'network of front door and programs; each project its own'),
  variable('CLUSTER_AI_GATEWAY_MEMORY', '2g', 'memory of one gateway with the models in it'),
  variable('CLUSTER_AI_GATEWAY_CPUS', '2.0', 'processors of one gateway'),
  variable('CLUSTER_AI_GATEWAY_RUNNER_BYTES', '1073741824', 'memory of one process that runs models'),
  variable('COMPOSE_PROJECT_NAME', 'cluster-ai', 'name of the production set on this engine'),
  variable('CLUSTER_AI_DEV_USER', '1000:1000', 'user and group that own the checkout'),
  variable('CLUSTER_AI_DEV_DASHBOARD_PORT', '5173', 'port of the development set'),
  variable('CLUSTER_AI_DEV_API_PORT', '3000', 'the same'),
  variable('CLUSTER_AI_DEV_GATEWAY_PORT', '8000', 'the same'),
  variable('CLUSTER_AI_DEV_GRPC_PORT', '8001', 'the same'),
  variable('CLUSTER_AI_DEV_PROMETHEUS_PORT', '9090', 'the same'),
];
