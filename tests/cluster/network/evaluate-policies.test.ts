import { expect, it } from 'vitest';
import { isAllowed, type Party, type Policy } from './evaluate-policies.ts';

const pod = (name: string, namespace = 'here'): Party => ({
  name,
  pod: { namespace, labels: { app: name }, namespaceLabels: { name: namespace } },
  address: '10.200.0.1',
});
const outside = (address: string): Party => ({ name: address, pod: null, address });
const policy = (spec: Record<string, unknown>): Policy => ({ namespace: 'here', spec });
const denyAll = policy({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
const web = { protocol: 'TCP', number: 80, names: ['http'] } as const;

it('allows everything where no policy is, and nothing where one names no rule', () => {
  expect(isAllowed([], pod('a'), pod('b'), web)).toBe(true);
  expect(isAllowed([denyAll], pod('a'), pod('b'), web)).toBe(false);
  expect(isAllowed([denyAll], outside('1.1.1.1'), pod('b'), web)).toBe(false);
  // A policy concerns its own namespace only.
  expect(isAllowed([denyAll], pod('a', 'there'), pod('b', 'there'), web)).toBe(true);
});

it('needs both ends: what the caller may send and what the called may receive', () => {
  const rule = (direction: 'ingress' | 'egress', name: string, peer: string): Policy =>
    policy({
      podSelector: { matchLabels: { app: name } },
      policyTypes: [direction === 'ingress' ? 'Ingress' : 'Egress'],
      [direction]: [
        {
          [direction === 'ingress' ? 'from' : 'to']: [{ podSelector: { matchLabels: { app: peer } } }],
          ports: [{ port: 80 }],
        },
      ],
    });
  const [out, back] = [rule('egress', 'a', 'b'), rule('ingress', 'b', 'a')];
  expect(isAllowed([denyAll, out], pod('a'), pod('b'), web)).toBe(false);
  expect(isAllowed([denyAll, back], pod('a'), pod('b'), web)).toBe(false);
  expect(isAllowed([denyAll, out, back], pod('a'), pod('b'), web)).toBe(true);
  expect(isAllowed([denyAll, out, back], pod('b'), pod('a'), web)).toBe(false);
  expect(isAllowed([denyAll, out, back], pod('a'), pod('b'), { ...web, number: 81 })).toBe(false);
  expect(isAllowed([denyAll, out, back], pod('a'), pod('b'), { ...web, protocol: 'UDP' })).toBe(false);
});

it('reads peers of other namespaces, networks with exceptions, ranges and names of ports', () => {
  const receives = (rule: Record<string, unknown>): Policy[] => [
    policy({ podSelector: {}, policyTypes: ['Ingress'], ingress: [rule] }),
  ];
  const monitoring = receives({ from: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }] });
  expect(isAllowed(monitoring, pod('p', 'monitoring'), pod('b'), web)).toBe(true);
  expect(isAllowed(monitoring, pod('p'), pod('b'), web)).toBe(false);
  const network = receives({ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] });
  expect(isAllowed(network, outside('10.2.0.1'), pod('b'), web)).toBe(true);
  expect(isAllowed(network, outside('10.1.0.1'), pod('b'), web)).toBe(false);
  expect(isAllowed(network, outside('192.0.2.1'), pod('b'), web)).toBe(false);
  const range = receives({ ports: [{ port: 79, endPort: 81 }] });
  expect(isAllowed(range, outside('192.0.2.1'), pod('b'), web)).toBe(true);
  expect(isAllowed(range, outside('192.0.2.1'), pod('b'), { ...web, number: 82 })).toBe(false);
  const named = receives({ ports: [{ port: 'http' }] });
  expect(isAllowed(named, outside('192.0.2.1'), pod('b'), web)).toBe(true);
  expect(isAllowed(named, outside('192.0.2.1'), pod('b'), { ...web, names: [] })).toBe(false);
});
