import { environment, parents, peers, tolerations } from './kubernetes-parts.ts';
import {
  cidr,
  count,
  dnsNames,
  hostName,
  listOf,
  oneOf,
  optionalName,
  port,
  record,
  text,
  type Schema,
} from './schema-parts.ts';

const texts: Schema = { type: 'object', additionalProperties: { type: 'string' } };
const quantities: Schema = {
  type: 'object',
  additionalProperties: { type: ['string', 'integer'], pattern: '^[0-9]+(\\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$' },
};

/** What is allowed under a name, wherever it stands. */
const byName: Readonly<Record<string, Schema>> = {
  digest: text('^(sha256:[0-9a-f]{64})?$'),
  repository: text('^[a-z0-9]+([._/:-][a-z0-9]+)*$'),
  tag: { type: 'string', pattern: '^([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$' },
  size: text('^[1-9][0-9]{0,6}(Mi|Gi|Ti)$'),
  storageClass: optionalName,
  existingClaim: optionalName,
  modelsClaim: optionalName,
  secretName: optionalName,
  nodeSelector: texts,
  tolerations,
  affinity: { type: 'object' },
  podAnnotations: texts,
  annotations: texts,
  labels: texts,
  files: texts,
  extraEnv: environment,
  args: { ...listOf({ type: 'string' }), minItems: 1 },
  settings: { type: 'object' },
  resources: record({ requests: quantities, limits: quantities }),
  replicas: count(1, 100),
  minReplicas: count(1, 100),
  maxReplicas: count(1, 100),
  targetCpuPercent: count(1, 1000),
  targetMemoryPercent: count(0, 1000),
  maxUnavailable: { anyOf: [count(1, 100), text('^[1-9][0-9]?%$')] },
  cidrs: listOf(cidr),
  port,
  gpus: count(0, 16),
  runAsUser: count(1, 2_147_483_647),
};

/** What is allowed at one place. */
const byPath: Readonly<Record<string, Schema>> = {
  nameOverride: { ...optionalName, maxLength: 40 },
  fullnameOverride: { type: 'string', pattern: '^([a-z]([-a-z0-9]*[a-z0-9])?)?$', maxLength: 27 },
  clusterDomain: text(`^${dnsNames}$`),
  commonLabels: texts,
  trustedProxies: listOf(text('^[0-9a-fA-F.:]+(/[0-9]{1,3})?$')),
  listenHost: oneOf('0.0.0.0', '::'),
  'image.registry': text('^([a-z0-9]([a-z0-9.:/-]*[a-z0-9])?/?)?$'),
  'image.pullPolicy': oneOf('Always', 'IfNotPresent', 'Never'),
  'image.pullSecrets': { ...listOf({ ...optionalName, minLength: 1 }), uniqueItems: true },
  'secrets.mode': oneOf('lookup', 'job', 'existing'),
  'secrets.auth': optionalName,
  'secrets.postgres': optionalName,
  'secrets.redis': optionalName,
  'hosts.dashboard': hostName,
  'hosts.api': hostName,
  'hosts.ml': hostName,
  'controlPlane.storage.accessMode': oneOf('ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'),
  'migrations.deadlineSeconds': count(10, 86_400),
  'gateway.sharedMemorySize': text('^[1-9][0-9]{0,6}(Mi|Gi)$'),
  'gateway.terminationGracePeriodSeconds': count(10, 3_600),
  'gateway.canary.weight': count(0, 100),
  // A name, an address or `[address of IPv6]`, with a port or without.
  'dashboard.resolver': text('^(\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)?(:[0-9]{1,5})?$'),
  'dashboard.service.type': oneOf('ClusterIP', 'NodePort', 'LoadBalancer'),
  'postgres.major': count(15, 99),
  'postgres.connectionsMax': count(20, 10_000),
  'externalDatabase.urlSecret.name': optionalName,
  'externalDatabase.urlSecret.key': text('^[-._a-zA-Z0-9]+$'),
  'externalRedis.urlSecret.name': optionalName,
  'externalRedis.urlSecret.key': text('^[-._a-zA-Z0-9]+$'),
  'pgbouncer.poolSize': count(1, 1_000),
  'pgbouncer.clientConnectionsMax': count(10, 100_000),
  'redis.memoryBytesMax': count(16_777_216, 1_099_511_627_776),
  'rateLimit.requestsPerSecond': count(1, 100_000),
  'rateLimit.burst': count(0, 1_000_000),
  'rateLimit.connections': count(1, 100_000),
  'ingress.className': optionalName,
  'ingress.tls.clusterIssuer': optionalName,
  'ingress.controller': oneOf('none', 'nginx', 'traefik', 'haproxy'),
  'gatewayApi.controller': oneOf('none', 'envoy-gateway'),
  'gatewayApi.parentRefs': parents,
  'gatewayApi.gatewayClassName': optionalName,
  'gatewayApi.tlsSecretName': optionalName,
  'networkPolicy.frontendFrom': peers,
  'networkPolicy.ingressControllerFrom': peers,
  'networkPolicy.gatewayClients': peers,
  'networkPolicy.monitoringFrom': peers,
  'networkPolicy.dnsTo': { ...peers, minItems: 1 },
  'networkPolicy.controlPlaneEgress': listOf({ type: 'object' }),
  'networkPolicy.apiServerCidrs': listOf(cidr),
  'monitoring.interval': text('^[1-9][0-9]*(s|m)$'),
  'gpu.runtimeClassName': optionalName,
  'gpu.resourceName': text(`^${dnsNames}/[A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?$`),
};

/** @returns what is allowed for a value; for one without a rule the type of its preset. */
export function ruleOf(path: string, name: string, preset: unknown): Schema {
  const rule = byPath[path] ?? byName[name];
  if (rule !== undefined) return rule;
  if (Array.isArray(preset)) return { type: 'array' };
  if (Number.isInteger(preset)) return { type: 'integer', minimum: 0 };
  return { type: typeof preset };
}

/** Rules of places that values.yaml does not have. */
export function unusedRules(paths: ReadonlySet<string>): string[] {
  return Object.keys(byPath).filter((path) => !paths.has(path));
}
