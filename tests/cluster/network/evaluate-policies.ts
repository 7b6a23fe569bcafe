import { isIPv4, BlockList } from 'node:net';
import { fields, listOf, text, type Fields } from '../release/references.ts';
import { selects, type Labels } from '../release/selectors.ts';

/** What NetworkPolicies tell apart: pods by the labels of theirs and of their namespace, everything else by its address. */
export interface Party {
  readonly name: string;
  /** null outside the cluster. */
  readonly pod: { readonly namespace: string; readonly labels: Labels; readonly namespaceLabels: Labels } | null;
  readonly address: string;
}

export interface Policy {
  readonly namespace: string;
  readonly spec: Fields;
}

export interface Port {
  readonly protocol: 'TCP' | 'UDP';
  readonly number: number;
  /** Names that containers of the called pod gave this port. */
  readonly names?: readonly string[];
}

/**
 * Whether a connection is allowed: by a rule of the caller's policies, if any concern what it sends, and by one of the
 * called party's, if any concern what it receives (Kubernetes API, networking.k8s.io/v1 NetworkPolicySpec).
 */
export function isAllowed(policies: readonly Policy[], from: Party, to: Party, port: Port): boolean {
  return passes(policies, 'Egress', from, to, port) && passes(policies, 'Ingress', to, from, port);
}

type Direction = 'Ingress' | 'Egress';

function passes(policies: readonly Policy[], direction: Direction, own: Party, other: Party, port: Port): boolean {
  const { pod } = own;
  if (pod === null) return true;
  const concerned = policies.filter(
    ({ namespace, spec }) =>
      namespace === pod.namespace &&
      directionsOf(spec).includes(direction) &&
      selects(fields(spec['podSelector']), pod.labels),
  );
  if (concerned.length === 0) return true;
  return concerned.some(({ namespace, spec }) =>
    listOf(spec[direction.toLowerCase()]).some(
      (rule) =>
        concernsPeer(rule[direction === 'Ingress' ? 'from' : 'to'], namespace, other) &&
        concernsPort(rule['ports'], port),
    ),
  );
}

function directionsOf(spec: Fields): unknown[] {
  const types: unknown = spec['policyTypes'];
  if (Array.isArray(types) && types.length > 0) return types;
  return spec['egress'] === undefined ? ['Ingress'] : ['Ingress', 'Egress'];
}

/** A rule without peers concerns all. */
function concernsPeer(peers: unknown, namespace: string, other: Party): boolean {
  const list = listOf(peers);
  return list.length === 0 || list.some((peer) => isPeer(peer, namespace, other));
}

function isPeer(peer: Fields, namespace: string, { pod, address }: Party): boolean {
  if (peer['ipBlock'] !== undefined) return isInBlock(fields(peer['ipBlock']), address);
  if (pod === null) return false;
  const namespaceFits =
    peer['namespaceSelector'] === undefined
      ? pod.namespace === namespace
      : selects(fields(peer['namespaceSelector']), pod.namespaceLabels);
  return namespaceFits && (peer['podSelector'] === undefined || selects(fields(peer['podSelector']), pod.labels));
}

function isInBlock(block: Fields, address: string): boolean {
  const excepted: unknown = block['except'];
  const exceptions = Array.isArray(excepted) ? excepted.map(String) : [];
  return isInNetwork(text(block['cidr']), address) && !exceptions.some((cidr) => isInNetwork(cidr, address));
}

function isInNetwork(cidr: string, address: string): boolean {
  const [network = '', prefix = ''] = cidr.split('/');
  if (isIPv4(network) !== isIPv4(address)) return false;
  const family = isIPv4(network) ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family);
  return list.check(address, family);
}

/** A rule without ports concerns all. */
function concernsPort(ports: unknown, { protocol, number, names = [] }: Port): boolean {
  const list = listOf(ports);
  return (
    list.length === 0 ||
    list.some((one) => {
      if ((one['protocol'] ?? 'TCP') !== protocol) return false;
      const { port, endPort } = one;
      if (port === undefined) return true;
      if (typeof port === 'string') return names.includes(port);
      return typeof endPort === 'number' ? number >= Number(port) && number <= endPort : number === port;
    })
  );
}
