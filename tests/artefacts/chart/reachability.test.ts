import { expect, test } from 'vitest';
import { elsewhere, ofRelease, reachability, type Place } from './reachability.ts';
import { render, renderScenario, type KubernetesObject } from './render.ts';

const places: readonly Place[] = [
  ...['frontend', 'backend', 'ml-serving', 'postgres', 'redis', 'pgbouncer', 'migrations', 'test', 'forgotten'].map(
    ofRelease,
  ),
  elsewhere('neighbour', 'cluster-ai'),
  elsewhere('stranger', 'default'),
  elsewhere('client', 'default', { 'cluster-ai.dev/client': 'true' }),
  elsewhere('prometheus', 'monitoring'),
  elsewhere('dns', 'kube-system', { 'k8s-app': 'kube-dns' }),
  { name: 'internet', labels: {}, namespace: {}, address: '203.0.113.9/32' },
];
/** Where anything listens, and 443 for the world. */
const ports = [53, 443, 3000, 3002, 5432, 6379, 6432, 8000, 8001, 8002, 8080];

const policiesOf = (objects: readonly KubernetesObject[]): KubernetesObject[] =>
  objects.filter(({ kind }) => kind === 'NetworkPolicy');

/** What ours open and what others open to ours; others among themselves are none of our business. */
function matrix(objects: readonly KubernetesObject[]): string[] {
  const ours = new Set([
    'frontend',
    'backend',
    'ml-serving',
    'postgres',
    'redis',
    'pgbouncer',
    'migrations',
    'test',
    'forgotten',
  ]);
  return reachability(policiesOf(objects), places, ports)
    .filter((line) => {
      const [from = '', to = ''] = line.split(/ -> |:/);
      return ours.has(from) || ours.has(to);
    })
    .toSorted();
}

const names = ['frontend', 'backend', 'ml-serving', 'migrations', 'test'];
const dns = names.map((name) => `${name} -> dns:53`);
const everybodyToTheFrontDoor = ['neighbour', 'stranger', 'client', 'prometheus', 'dns', 'internet'].map(
  (name) => `${name} -> frontend:8080`,
);

/** The declared matrix of the default profile: whatever is not here must not be open, and the other way round. */
const declared: readonly string[] = [
  ...dns,
  ...everybodyToTheFrontDoor,
  'frontend -> backend:3000',
  'frontend -> ml-serving:8000',
  'frontend -> ml-serving:8001',
  'backend -> ml-serving:8000',
  'backend -> postgres:5432',
  'backend -> redis:6379',
  'ml-serving -> backend:3000',
  'ml-serving -> redis:6379',
  'migrations -> postgres:5432',
  'test -> backend:3000',
  'test -> ml-serving:8000',
  'client -> ml-serving:8000',
  'client -> ml-serving:8001',
  'prometheus -> backend:3002',
  'prometheus -> ml-serving:8002',
  'client -> frontend:8001',
  'dns -> frontend:8001',
  'internet -> frontend:8001',
  'neighbour -> frontend:8001',
  'prometheus -> frontend:8001',
  'stranger -> frontend:8001',
];

test('the default profile opens what is declared, and nothing else', () => {
  expect(matrix(render())).toEqual([...declared].toSorted());
});

test('with PgBouncer control planes reach it and no longer PostgreSQL; migrations go there directly', () => {
  const pooled = declared
    .filter((line) => line !== 'backend -> postgres:5432')
    .concat('backend -> pgbouncer:6432', 'pgbouncer -> postgres:5432', 'pgbouncer -> dns:53');
  expect(matrix(renderScenario('pgbouncer'))).toEqual(pooled.toSorted());
});

test('an identity provider is reached by control planes alone, once it is named', () => {
  const rule = { to: [{ ipBlock: { cidr: '203.0.113.9/32' } }], ports: [{ port: 443, protocol: 'TCP' }] };
  const more = matrix(render({ networkPolicy: { controlPlaneEgress: [rule] } })).filter(
    (line) => !declared.includes(line),
  );
  expect(more).toEqual(['backend -> internet:443']);
});

test('a front door for some is shut to the others', () => {
  const lines = matrix(render({ networkPolicy: { frontendFrom: [{ ipBlock: { cidr: '203.0.113.9/32' } }] } }));
  expect(lines.filter((line) => line.includes('-> frontend'))).toEqual([
    'internet -> frontend:8001',
    'internet -> frontend:8080',
  ]);
});

test('an external database is reached in its network alone', () => {
  const policy = policiesOf(renderScenario('external-database')).find(
    ({ metadata }) => metadata.name === 'cluster-ai-backend',
  );
  expect(JSON.stringify(policy)).toContain(
    '{"ports":[{"port":5432,"protocol":"TCP"}],"to":[{"ipBlock":{"cidr":"10.20.0.0/16"}}]}',
  );
});

test('without policies there are none', () => {
  expect(policiesOf(render({ networkPolicy: { enabled: false } }))).toEqual([]);
});
