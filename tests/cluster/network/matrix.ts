import type { KubeObject } from '../control-plane/api-client.ts';
import { containersOf, fields, listOf } from '../release/references.ts';
import type { Labels } from '../release/selectors.ts';
import { isAllowed, type Party, type Policy, type Port } from './evaluate-policies.ts';

/** By who calls, whom he reaches, and at which ports (`tcp 8000, udp 53`). Whom he does not reach is left out. */
export type Matrix = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Parties outside the release, as a cluster has them. */
const others: readonly Party[] = [
  stranger('dns', 'kube-system', { 'k8s-app': 'kube-dns' }),
  stranger('monitoring', 'monitoring', { 'app.kubernetes.io/name': 'prometheus' }),
  stranger('client', 'somewhere', { 'cluster-ai.dev/client': 'true' }),
  stranger('stranger', 'somewhere', {}),
  { name: 'internet', pod: null, address: '203.0.113.7' },
  { name: 'cloud-metadata', pod: null, address: '169.254.169.254' },
];

function stranger(name: string, namespace: string, labels: Readonly<Record<string, string>>): Party {
  const namespaceLabels = { 'kubernetes.io/metadata.name': namespace };
  return { name, pod: { namespace, labels, namespaceLabels }, address: '10.200.99.9' };
}

/** Ports that mean something here; whatever else a policy opens shows as one of the last three. */
const usualPorts: readonly Port[] = [
  ...[22, 53, 80, 443, 3000, 3001, 3002, 5432, 6379, 6432, 6443, 8000, 8001, 8002, 8080, 8443, 8500, 9090].map(
    (number) => ({ protocol: 'TCP' as const, number }),
  ),
  { protocol: 'UDP', number: 53 },
  { protocol: 'UDP', number: 4242 },
];

/**
 * Computes who reaches whom from the policies and pods of a namespace as the API server holds them.
 *
 * @param passing labels of pods that come and go: those of hooks.
 */
export function reachability(objects: readonly KubeObject[], namespace: string, passing: readonly Labels[]): Matrix {
  const policies: Policy[] = objects
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map((object) => ({ namespace, spec: fields(object['spec']) }));
  const parts = partsOf(objects, namespace, passing);
  const parties = [...parts.map(({ party }) => party), ...others];
  const ports = [...usualPorts, ...parts.flatMap((part) => part.ports)];
  return Object.fromEntries(
    parties.flatMap((from) => {
      const row = parties.flatMap((to) => {
        if (from.pod?.namespace !== namespace && to.pod?.namespace !== namespace) return [];
        const open = openPorts(policies, from, to, ports, parts.find(({ party }) => party === to)?.ports ?? []);
        return open === '' ? [] : [[to.name, open] as const];
      });
      return row.length === 0 ? [] : [[from.name, Object.fromEntries(row)] as const];
    }),
  );
}

function openPorts(
  policies: readonly Policy[],
  from: Party,
  to: Party,
  ports: readonly Port[],
  own: readonly Port[],
): string {
  const named = (port: Port): Port =>
    own.find(({ protocol, number }) => protocol === port.protocol && number === port.number) ?? port;
  const open = ports
    .filter((port) => isAllowed(policies, from, to, named(port)))
    .toSorted((a, b) => a.number - b.number)
    .map(({ protocol, number }) => `${protocol.toLowerCase()} ${number}`);
  return [...new Set(open)].join(', ');
}

interface Part {
  readonly party: Party;
  readonly ports: readonly Port[];
}

/** One party for each component: pods of a component differ in nothing that a policy sees. */
function partsOf(objects: readonly KubeObject[], namespace: string, passing: readonly Labels[]): Part[] {
  const pods = objects.filter(({ kind }) => kind === 'Pod');
  const all = [
    ...pods.map((pod) => ({ labels: pod.metadata.labels ?? {}, ports: portsOf(pod) })),
    ...passing.map((labels) => ({ labels, ports: [] })),
  ];
  const byComponent = Map.groupBy(all, ({ labels }) => labels['app.kubernetes.io/component'] ?? 'without a component');
  return [...byComponent]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, [first]]) => {
      if (first === undefined) return [];
      const namespaceLabels = { 'kubernetes.io/metadata.name': namespace };
      const pod = { namespace, labels: first.labels, namespaceLabels };
      return [{ party: { name, pod, address: '10.200.0.1' }, ports: first.ports }];
    });
}

function portsOf(pod: KubeObject): Port[] {
  return containersOf(pod)
    .flatMap((container) => listOf(container['ports']))
    .map((port) => ({
      protocol: port['protocol'] === 'UDP' ? 'UDP' : 'TCP',
      number: Number(port['containerPort']),
      names: typeof port['name'] === 'string' ? [port['name']] : [],
    }));
}
