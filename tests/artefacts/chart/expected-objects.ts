/** What each scenario of ci/ makes: the objects of the default profile, without some and with others. */

const part = (name: string, ...kinds: readonly string[]): string[] => kinds.map((kind) => `${kind}/cluster-ai-${name}`);
const server = (name: string): string[] =>
  part(name, 'ConfigMap', 'Deployment', 'NetworkPolicy', 'Service', 'ServiceAccount');

const secrets = ['auth', 'postgres', 'redis'].flatMap((name) => part(name, 'Secret'));
const postgres = part('postgres', 'ConfigMap', 'NetworkPolicy', 'Secret', 'Service', 'ServiceAccount', 'StatefulSet');
const redis = part('redis', 'ConfigMap', 'NetworkPolicy', 'Secret', 'Service', 'ServiceAccount', 'StatefulSet');
const ingress = part('ingress', 'Ingress');
const scalers = ['frontend', 'backend', 'inference-gateway'].flatMap((name) => part(name, 'HorizontalPodAutoscaler'));
const canary = [
  ...part('inference-gateway-canary', 'StatefulSet', 'Service'),
  ...part('inference-gateway-canary-pods', 'Service'),
];
const routes = [
  ...['frontend', 'backend', 'inference-gateway'].flatMap((name) => part(name, 'HTTPRoute')),
  ...part('inference-gateway-grpc', 'GRPCRoute'),
];

/** The default profile, whole. */
const profile: readonly string[] = [
  ...part('backend', 'ConfigMap', 'Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'ServiceAccount'),
  ...part('backend-pods', 'Service'),
  ...part('frontend', 'ConfigMap', 'Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'ServiceAccount'),
  ...part('inference-gateway', 'ConfigMap', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'ServiceAccount'),
  ...part('inference-gateway', 'StatefulSet'),
  ...part('inference-gateway-pods', 'Service'),
  ...part('models', 'PersistentVolumeClaim'),
  ...part('default-deny', 'NetworkPolicy'),
  ...part('auth', 'Secret'),
  ...postgres,
  ...redis,
  ...scalers,
  ...ingress,
  ...part('migrations', 'Job', 'NetworkPolicy', 'ServiceAccount'),
  ...part('test', 'NetworkPolicy'),
  ...part('test-status', 'Pod'),
];

function differing({ without = [], also = [] }: { without?: readonly string[]; also?: readonly string[] }): string[] {
  return [...profile.filter((name) => !without.includes(name)), ...also];
}

export const expectedObjects: Readonly<Record<string, readonly string[]>> = {
  default: profile,
  digests: profile,
  canary: differing({ without: part('inference-gateway', 'HorizontalPodAutoscaler'), also: canary }),
  'cloudnative-pg': differing({ without: postgres }),
  'existing-secrets': differing({ without: secrets }),
  'external-database': differing({ without: postgres }),
  'external-redis': differing({ without: redis }),
  'gateway-api': differing({
    without: ingress,
    also: [...routes, 'Gateway/cluster-ai', ...part('rate-limit', 'BackendTrafficPolicy')],
  }),
  'gateway-api-canary': differing({ without: ingress, also: [...routes, ...canary] }),
  gpu: differing({ also: server('tensorrt-server') }),
  'ingress-haproxy': profile,
  'ingress-nginx': profile,
  'ingress-traefik': differing({ also: [...part('rate-limit', 'Middleware'), ...part('connections', 'Middleware')] }),
  'job-secrets': differing({
    without: secrets,
    also: part('secrets', 'Job', 'NetworkPolicy', 'Role', 'RoleBinding', 'ServiceAccount'),
  }),
  'load-balancer': differing({ without: ingress }),
  'model-servers': differing({ also: ['onnx-runtime', 'tensorflow-serving', 'torchserve'].flatMap(server) }),
  monitoring: differing({ also: ['backend', 'inference-gateway'].flatMap((name) => part(name, 'ServiceMonitor')) }),
  'no-redis': differing({ without: redis }),
  pgbouncer: differing({ also: server('pgbouncer') }),
  settings: differing({ also: part('model-registry', 'Service') }),
  small: differing({ without: [...scalers, ...ingress] }),
};
