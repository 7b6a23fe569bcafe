import { at, listAt, type KubernetesObject } from './render.ts';

/** A pod of the matrix, by its labels, and those of its namespace. */
export interface Place {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly namespace: Readonly<Record<string, string>>;
  /** Null for what is outside the cluster. */
  readonly address?: string;
}

const own = { 'kubernetes.io/metadata.name': 'cluster-ai' };

/**
 * Who may open a connection to which port, computed from the policies as a network would: what a policy selects is
 * refused everything in its directions but what some policy names; both ends must agree.
 * @returns lines `from -> to:port`.
 */
export function reachability(
  policies: readonly KubernetesObject[],
  places: readonly Place[],
  ports: readonly number[],
): string[] {
  const lines: string[] = [];
  for (const from of places) {
    for (const to of places) {
      if (from === to) continue;
      const open = ports.filter(
        (port) =>
          allows(policies, { subject: to, other: from, port, direction: 'Ingress' }) &&
          allows(policies, { subject: from, other: to, port, direction: 'Egress' }),
      );
      lines.push(...open.map((port) => `${from.name} -> ${to.name}:${port}`));
    }
  }
  return lines;
}

interface Question {
  readonly subject: Place;
  readonly other: Place;
  readonly port: number;
  readonly direction: 'Ingress' | 'Egress';
}

function allows(policies: readonly KubernetesObject[], question: Question): boolean {
  const { subject, direction } = question;
  const applying = policies.filter(
    (policy) =>
      subject.namespace === own &&
      listAt(policy, 'spec', 'policyTypes').includes(direction) &&
      matches(at(policy, 'spec', 'podSelector'), subject.labels),
  );
  if (applying.length === 0) return true;
  return applying.some((policy) =>
    listAt(policy, 'spec', direction.toLowerCase()).some((rule) => ruleAllows(rule, question)),
  );
}

function ruleAllows(rule: unknown, { other, port, direction }: Question): boolean {
  const ports = listAt(rule, 'ports');
  if (ports.length > 0 && !ports.some((entry) => at(entry, 'port') === port)) return false;
  const peers = at(rule, direction === 'Ingress' ? 'from' : 'to');
  if (!Array.isArray(peers)) return true;
  return peers.some((peer) => peerMatches(peer, other));
}

function peerMatches(peer: unknown, other: Place): boolean {
  const block = at(peer, 'ipBlock', 'cidr');
  if (block !== undefined) return other.address !== undefined && block === other.address;
  if (other.address !== undefined) return false;
  const namespaces = at(peer, 'namespaceSelector');
  const inNamespace = namespaces === undefined ? other.namespace === own : matches(namespaces, other.namespace);
  const pods = at(peer, 'podSelector');
  return inNamespace && (pods === undefined || matches(pods, other.labels));
}

function matches(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(at(selector, 'matchLabels') ?? {}).every(([key, value]) => labels[key] === value);
}

/** A pod of the release. */
export const ofRelease = (component: string): Place => ({
  name: component,
  namespace: own,
  labels: {
    'app.kubernetes.io/name': 'cluster-ai',
    'app.kubernetes.io/instance': 'cluster-ai',
    'app.kubernetes.io/component': component,
  },
});

/** A pod of somebody else. */
export const elsewhere = (name: string, namespace: string, labels: Readonly<Record<string, string>> = {}): Place => ({
  name,
  labels,
  namespace: namespace === 'cluster-ai' ? own : { 'kubernetes.io/metadata.name': namespace },
});
