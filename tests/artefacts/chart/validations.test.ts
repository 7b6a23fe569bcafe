import { expect, test } from 'vitest';
import { refusalOf } from './render.ts';

const digest = `sha256:${'7'.repeat(64)}`;

/** Values that do not fit one another, and the beginning of the sentence that says so. */
const refused: readonly (readonly [string, unknown, RegExp])[] = [
  [
    'several control planes on a volume for one',
    { controlPlane: { storage: { accessMode: 'ReadWriteOnce' } } },
    /^controlPlane\.storage\.accessMode is ReadWriteOnce, and there may be 15 control planes.*set ReadWriteMany, or /,
  ],
  [
    'bounds in the wrong order',
    { gateway: { autoscaling: { minReplicas: 9, maxReplicas: 3 } } },
    /^gateway\.autoscaling\.minReplicas \(9\) is above maxReplicas \(3\): lower it\.$/,
  ],
  [
    'autoscaling without requests',
    { dashboard: { resources: { requests: { cpu: null } } } },
    /^dashboard\.resources\.requests\.cpu is not set: autoscaling needs to know/,
  ],
  [
    'two databases',
    { externalDatabase: { urlSecret: { name: 'mine' } } },
    /^postgres\.enabled is true and externalDatabase\.urlSecret\.name is set: which database/,
  ],
  ['no database', { postgres: { enabled: false } }, /^there is no database: .*name it there\.$/],
  [
    'PgBouncer before a foreign database',
    { postgres: { enabled: false }, externalDatabase: { urlSecret: { name: 'mine' } }, pgbouncer: { enabled: true } },
    /^pgbouncer\.enabled needs postgres\.enabled: /,
  ],
  [
    'more pooled connections than there are',
    { pgbouncer: { enabled: true, replicas: 8, poolSize: 30 } },
    /^pgbouncer\.replicas x pgbouncer\.poolSize is 240, and postgres\.connectionsMax is 200/,
  ],
  [
    'more connections than there are',
    { postgres: { connectionsMax: 100 } },
    /^15 control planes open up to 150 connections, and postgres\.connectionsMax is 100/,
  ],
  [
    'an image of another major',
    { postgres: { image: { tag: '17.7-bookworm' } } },
    /^postgres\.image\.tag is 17\.7-bookworm and postgres\.major is 18: /,
  ],
  ['two Redis', { externalRedis: { urlSecret: { name: 'mine' } } }, /^redis\.enabled is true and externalRedis/],
  ['a canary of nothing', { gateway: { canary: { enabled: true } } }, /^gateway\.canary\.enabled needs .*digest: /],
  ['routes without a Gateway', { gatewayApi: { enabled: true } }, /^gatewayApi\.enabled needs a Gateway: /],
  [
    'an issuer without TLS',
    { ingress: { tls: { enabled: false, clusterIssuer: 'letsencrypt' } } },
    /^ingress\.tls\.clusterIssuer is set and ingress\.tls\.enabled is false: /,
  ],
  [
    'a model server without models',
    { modelServers: { onnxRuntime: { enabled: true } } },
    /^modelServers\.onnxRuntime\.modelsClaim is empty: /,
  ],
  [
    'two hosts of one name',
    { hosts: { api: 'one.example.com', ml: 'one.example.com' } },
    /^hosts\.dashboard, hosts\.api and hosts\.ml are cluster-ai\.example\.com, one\.example\.com and one.*name of its own\.$/,
  ],
  [
    'a variable that the chart sets',
    { controlPlane: { extraEnv: [{ name: 'DATABASE_URL_FILE', value: '/mine' }] } },
    /^controlPlane\.extraEnv names DATABASE_URL_FILE, which .*: leave it out\.$/,
  ],
  [
    'a variable twice',
    { gateway: { extraEnv: [{ name: 'A', value: '1' }, { name: 'A' }] } },
    /^gateway\.extraEnv names A, which .*: leave it out\.$/,
  ],
  [
    'one Gateway twice',
    { gatewayApi: { enabled: true, parentRefs: [{ name: 'shared' }, { name: 'shared', sectionName: 'https' }] } },
    /^gatewayApi\.parentRefs names a Gateway more than once, and shared without sectionName: /,
  ],
];

test.each(refused)('%s is refused with a sentence', (_what, values, sentence) => {
  expect(refusalOf(values)).toMatch(sentence);
});

/** What the schema refuses, naming the place. */
const wrong: readonly (readonly [string, unknown, RegExp])[] = [
  ['an unknown value', { gatway: {} }, /additional properties 'gatway' not allowed/],
  [
    'an unknown value further down',
    { gateway: { replica: 2 } },
    /\/gateway.*additional properties 'replica' not allowed/s,
  ],
  ['a digest that is none', { gateway: { image: { digest: 'sha256:abc' } } }, /\/gateway\/image\/digest.*pattern/s],
  ['a size without a unit', { postgres: { persistence: { size: '20' } } }, /\/postgres\/persistence\/size.*pattern/s],
  ['no pods', { dashboard: { replicas: 0 } }, /\/dashboard\/replicas.*minimum/s],
  ['a controller that is not known', { ingress: { controller: 'caddy' } }, /\/ingress\/controller.*(?:one of|enum)/s],
  ['a network that is none', { networkPolicy: { apiServerCidrs: ['everywhere'] } }, /apiServerCidrs\/0.*pattern/s],
  ['more than all requests', { gateway: { canary: { weight: 101 } } }, /\/gateway\/canary\/weight.*maximum/s],
  ['a text for a number', { postgres: { connectionsMax: 'many' } }, /\/postgres\/connectionsMax.*(?:integer|number)/s],
  ['a host that is an address', { hosts: { ml: '10.0.0.1' } }, /\/hosts\/ml.*pattern/s],
  ['a prefix that no Service may have', { fullnameOverride: '2nd' }, /\/fullnameOverride.*pattern/s],
  ['a prefix too long', { fullnameOverride: 'a'.repeat(28) }, /\/fullnameOverride.*maxLength/s],
  ['a class with a blank', { ingress: { className: 'my nginx' } }, /\/ingress\/className.*pattern/s],
  ['a toleration of nothing', { gateway: { tolerations: [{}] } }, /\/gateway\/tolerations\/0/s],
  ['a variable without a name', { gateway: { extraEnv: [{ value: 'x' }] } }, /\/gateway\/extraEnv\/0/s],
  [
    'a peer that is a network and pods at once',
    { networkPolicy: { frontendFrom: [{ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }] } },
    /\/networkPolicy\/frontendFrom\/0/s,
  ],
  ['a pull secret twice', { image: { pullSecrets: ['a', 'a'] } }, /\/image\/pullSecrets.*(?:unique|equal)/s],
];

test.each(wrong)('%s is refused by the schema, with the place', (_what, values, sentence) => {
  expect(refusalOf(values)).toMatch(sentence);
});

test('what only looks like a contradiction is let through', () => {
  const canary = { enabled: true, image: { digest } };
  expect(refusalOf({ gateway: { canary }, controlPlane: { autoscaling: { minReplicas: 3, maxReplicas: 3 } } })).toBe(
    '',
  );
});
