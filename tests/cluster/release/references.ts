import type { KubeObject } from '../control-plane/api-client.ts';

/** Fields are read from what an API server answered; each is checked where it is used. */
export type Fields = Readonly<Record<string, unknown>>;

export const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};

export const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fields) : []);

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export const podSpec = (pod: KubeObject): Fields => fields(pod['spec']);

/** All containers of a pod, those that run first as well. */
export function containersOf(pod: KubeObject): Fields[] {
  const spec = podSpec(pod);
  return [...listOf(spec['initContainers']), ...listOf(spec['containers'])];
}

/** Kubernetes puts it into each namespace, and names it in each pod that has a token. */
const ofKubernetes: ReadonlySet<string> = new Set(['ConfigMap/kube-root-ca.crt']);

/**
 * What the objects of a release name and what is not there, a sentence each: simulated nodes start a pod whether its
 * Secret exists or not, so nothing else would notice.
 */
export function brokenReferences(objects: readonly KubeObject[]): string[] {
  const index = new Map(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]));
  const problems = objects.flatMap((object) => {
    const name = `${object.kind} ${object.metadata.name}`;
    return wantedBy(object, objects).flatMap((wanted) => {
      const key = `${wanted.kind}/${wanted.name}`;
      if (ofKubernetes.has(key)) return [];
      const found = index.get(key);
      if (found === undefined) {
        return wanted.optional ? [] : [`${name} names ${wanted.kind} ${wanted.name}, which is not there`];
      }
      if (wanted.has === undefined || wanted.has(found)) return [];
      return [`${name} wants ${wanted.what ?? 'something'} of ${wanted.kind} ${wanted.name}, which it does not have`];
    });
  });
  return [...new Set(problems)];
}

interface Wanted {
  readonly kind: string;
  readonly name: string;
  readonly optional?: boolean;
  readonly what?: string;
  readonly has?: (object: KubeObject) => boolean;
}

function wantedBy(object: KubeObject, objects: readonly KubeObject[]): Wanted[] {
  const spec = fields(object['spec']);
  switch (object.kind) {
    case 'Pod':
      return wantedByPod(object);
    case 'HorizontalPodAutoscaler': {
      const target = fields(spec['scaleTargetRef']);
      return [{ kind: text(target['kind']), name: text(target['name']) }];
    }
    case 'Ingress':
      return listOf(spec['rules'])
        .flatMap((rule) => listOf(fields(rule['http'])['paths']))
        .map((path) => fields(fields(path['backend'])['service']))
        .map((service) => {
          const port = fields(service['port']);
          return servicePort(text(service['name']), port['number'] ?? port['name']);
        });
    case 'HTTPRoute':
    case 'GRPCRoute':
      return listOf(spec['rules'])
        .flatMap((rule) => listOf(rule['backendRefs']))
        .map((backend) => servicePort(text(backend['name']), backend['port']));
    case 'ServiceMonitor':
      return wantedByMonitor(object, objects);
    case 'RoleBinding': {
      const role = fields(object['roleRef']);
      const accounts = listOf(object['subjects']).filter((subject) => subject['kind'] === 'ServiceAccount');
      return [
        { kind: text(role['kind']), name: text(role['name']) },
        ...accounts.map((account) => ({ kind: 'ServiceAccount', name: text(account['name']) })),
      ];
    }
    default:
      return [];
  }
}

function servicePort(name: string, port: unknown): Wanted {
  const has = (service: KubeObject): boolean =>
    listOf(fields(service['spec'])['ports']).some((one) => one['port'] === port || one['name'] === port);
  return { kind: 'Service', name, what: `port ${String(port)}`, has };
}

function wantedByMonitor(monitor: KubeObject, objects: readonly KubeObject[]): Wanted[] {
  const spec = fields(monitor['spec']);
  const wanted = fields(fields(spec['selector'])['matchLabels']);
  const services = objects.filter(
    (object) =>
      object.kind === 'Service' &&
      Object.entries(wanted).every(([key, value]) => object.metadata.labels?.[key] === value),
  );
  if (services.length === 0) return [{ kind: 'Service', name: `with the labels ${JSON.stringify(wanted)}` }];
  return listOf(spec['endpoints']).flatMap((endpoint) => {
    const port = text(endpoint['port']);
    const serving = services.find((service) =>
      listOf(fields(service['spec'])['ports']).some((one) => one['name'] === port),
    );
    return serving === undefined ? [servicePort(services[0]?.metadata.name ?? '', port)] : [];
  });
}

function wantedByPod(pod: KubeObject): Wanted[] {
  const spec = podSpec(pod);
  const volumes = listOf(spec['volumes']);
  const containers = containersOf(pod);
  return [
    { kind: 'ServiceAccount', name: text(spec['serviceAccountName']) },
    ...containers
      .flatMap((container) => listOf(container['env']))
      .flatMap((variable) => keyReference(fields(variable['valueFrom']))),
    ...containers.flatMap((container) => listOf(container['envFrom'])).flatMap(wholeReference),
    ...volumes.flatMap(wantedByVolume),
    ...volumes.flatMap((volume) => listOf(fields(volume['projected'])['sources'])).flatMap(wantedByVolume),
  ];
}

function keyReference(from: Fields): Wanted[] {
  return (['secretKeyRef', 'configMapKeyRef'] as const).flatMap((field) => {
    const reference = fields(from[field]);
    if (reference['name'] === undefined) return [];
    const kind = field === 'secretKeyRef' ? 'Secret' : 'ConfigMap';
    return [withKey(kind, text(reference['name']), text(reference['key']), reference['optional'] === true)];
  });
}

function wholeReference(from: Fields): Wanted[] {
  return [...named('Secret', fields(from['secretRef'])), ...named('ConfigMap', fields(from['configMapRef']))];
}

function named(kind: string, reference: Fields): Wanted[] {
  const name = text(reference['name'] ?? reference['secretName']);
  return name === '' ? [] : [{ kind, name, optional: reference['optional'] === true }];
}

function wantedByVolume(volume: Fields): Wanted[] {
  const claim = text(fields(volume['persistentVolumeClaim'])['claimName']);
  const sources = [
    ['Secret', fields(volume['secret'])],
    ['ConfigMap', fields(volume['configMap'])],
  ] as const;
  return [
    ...(claim === '' ? [] : [{ kind: 'PersistentVolumeClaim', name: claim }]),
    ...sources.flatMap(([kind, source]) => named(kind, source)),
    ...sources.flatMap(([kind, source]) =>
      listOf(source['items']).map((item) =>
        withKey(kind, text(source['name'] ?? source['secretName']), text(item['key']), source['optional'] === true),
      ),
    ),
  ];
}

function withKey(kind: string, name: string, key: string, optional: boolean): Wanted {
  return { kind, name, optional, what: `the key ${key}`, has: (object) => key in fields(object['data']) };
}
