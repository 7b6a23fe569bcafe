/** A piece of JSON Schema, draft 7, as Helm reads it. */
export type Schema = { readonly [key: string]: unknown };

const texts: Schema = { type: 'object', additionalProperties: { type: 'string' } };
const objects: Schema = { type: 'array', items: { type: 'object' } };
const dnsName = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const dnsNames = `${dnsName}(\\.${dnsName})*`;
const cidr: Schema = { type: 'string', pattern: '^[0-9a-fA-F.:]+/[0-9]{1,3}$' };
const count = (minimum: number, maximum: number): Schema => ({ type: 'integer', minimum, maximum });
const port = count(1, 65_535);
const text = (pattern: string): Schema => ({ type: 'string', pattern });
const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });
const optionalName = { type: 'string', pattern: `^(${dnsNames})?$`, maxLength: 253 };

const quantities: Schema = {
  type: 'object',
  additionalProperties: { type: ['string', 'integer'], pattern: '^[0-9]+(\\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$' },
};
const resources: Schema = {
  type: 'object',
  properties: { requests: quantities, limits: quantities },
  additionalProperties: false,
};
const peers: Schema = {
  type: 'array',
  items: {
    type: 'object',
    minProperties: 1,
    properties: { namespaceSelector: { type: 'object' }, podSelector: { type: 'object' }, ipBlock: { type: 'object' } },
    additionalProperties: false,
  },
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
  tolerations: objects,
  affinity: { type: 'object' },
  podAnnotations: texts,
  annotations: texts,
  labels: texts,
  files: texts,
  extraEnv: { type: 'array', items: { type: 'object', required: ['name'] } },
  args: { type: 'array', items: { type: 'string' }, minItems: 1 },
  settings: { type: 'object' },
  resources,
  replicas: count(1, 100),
  minReplicas: count(1, 100),
  maxReplicas: count(1, 100),
  targetCpuPercent: count(1, 1000),
  targetMemoryPercent: count(0, 1000),
  maxUnavailable: { anyOf: [count(1, 100), text('^[1-9][0-9]?%$')] },
  cidrs: { type: 'array', items: cidr },
  port,
  gpus: count(0, 16),
  runAsUser: count(1, 2_147_483_647),
};

/** What is allowed at one place. */
const byPath: Readonly<Record<string, Schema>> = {
  nameOverride: { ...optionalName, maxLength: 40 },
  fullnameOverride: { ...optionalName, maxLength: 40 },
  clusterDomain: text(`^${dnsNames}$`),
  commonLabels: texts,
  trustedProxies: { type: 'array', items: { type: 'string', pattern: '^[0-9a-fA-F.:]+(/[0-9]{1,3})?$' } },
  listenHost: oneOf('0.0.0.0', '::'),
  'image.registry': text('^([a-z0-9]([a-z0-9.:/-]*[a-z0-9])?/?)?$'),
  'image.pullPolicy': oneOf('Always', 'IfNotPresent', 'Never'),
  'image.pullSecrets': { type: 'array', items: { ...optionalName, minLength: 1 } },
  'secrets.mode': oneOf('lookup', 'job', 'existing'),
  'secrets.auth': optionalName,
  'secrets.postgres': optionalName,
  'secrets.redis': optionalName,
  'hosts.dashboard': text(`^${dnsNames}$`),
  'hosts.api': text(`^${dnsNames}$`),
  'hosts.ml': text(`^${dnsNames}$`),
  'controlPlane.storage.accessMode': oneOf('ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'),
  'migrations.deadlineSeconds': count(10, 86_400),
  'gateway.sharedMemorySize': text('^[1-9][0-9]{0,6}(Mi|Gi)$'),
  'gateway.terminationGracePeriodSeconds': count(10, 3_600),
  'gateway.canary.weight': count(0, 100),
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
  'ingress.controller': oneOf('none', 'nginx', 'traefik', 'haproxy'),
  'gatewayApi.controller': oneOf('none', 'envoy-gateway'),
  'gatewayApi.parentRefs': { type: 'array', items: { type: 'object', required: ['name'] } },
  'networkPolicy.frontendFrom': peers,
  'networkPolicy.ingressControllerFrom': peers,
  'networkPolicy.gatewayClients': peers,
  'networkPolicy.monitoringFrom': peers,
  'networkPolicy.dnsTo': { ...peers, minItems: 1 },
  'networkPolicy.controlPlaneEgress': objects,
  'networkPolicy.apiServerCidrs': { type: 'array', items: cidr },
  'monitoring.interval': text('^[1-9][0-9]*(s|m)$'),
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
