import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { connect, type IncomingHttpHeaders } from 'node:http2';
import { join } from 'node:path';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import * as keys from '@cluster-ai/contract/api/keys.ts';
import { predictTokenPrefix, type PredictTokenPayload } from '@cluster-ai/contract/predict-token.ts';
import { actionsInclude, type KeyAction } from '@cluster-ai/core/access/roles.ts';
import { startPostgres, type PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { methodsOf } from '@cluster-ai/gateway/frontends/open-inference/path.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type GatewayProcess } from '../start-gateway.ts';
import { until } from '../start-platform.ts';
import { pushModel, startPlane, type RunningPlane } from './control-plane/fixture.ts';
import { addModel } from './control-plane/test-models.ts';
import { callGateway, type GatewayAnswer, type GatewayCall } from './gateway-calls.ts';

/** A call of each kind that the gateway has, and what it needs. Whoever adds a kind has to add its line. */
interface Walk {
  readonly call: GatewayCall;
  /** Null is open to everybody. */
  readonly needs: KeyAction | null;
  /** The model `adder`, every model, or none that a key would have to cover. */
  readonly names: 'adder' | 'every' | null;
  /** What who may do it is answered; default 200. */
  readonly status?: number;
}

const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }];
const predictV1 = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ instances: [[1, 2, 3, 4]] }),
};
const infer = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ inputs }) };

const post = { method: 'POST' };

const walks: Readonly<Record<keyof typeof methodsOf, readonly Walk[]>> = {
  // Answered where the gateway speaks like KServe.
  root: [{ call: { path: '/' }, needs: null, names: null, status: 404 }],
  live: [{ call: { path: '/v2/health/live' }, needs: null, names: null }],
  ready: [{ call: { path: '/v2/health/ready' }, needs: null, names: null }],
  server: [{ call: { path: '/v2' }, needs: 'read', names: null }],
  models: [{ call: { path: '/v2/models' }, needs: 'read', names: null }],
  'model-list': [{ call: { path: '/v1/models' }, needs: 'read', names: null }],
  metrics: [{ call: { path: '/metrics' }, needs: 'read', names: 'every' }],
  model: [
    { call: { path: '/v2/models/adder' }, needs: 'read', names: 'adder' },
    { call: { path: '/v2/models/adder/versions/1' }, needs: 'read', names: 'adder' },
  ],
  'model-ready': [
    { call: { path: '/v2/models/adder/ready' }, needs: 'read', names: 'adder' },
    { call: { path: '/v2/models/adder/versions/1/ready' }, needs: 'read', names: 'adder' },
  ],
  infer: [
    { call: { path: '/v2/models/adder/infer', ...infer }, needs: 'infer', names: 'adder' },
    { call: { path: '/v2/models/adder/versions/1/infer', ...infer }, needs: 'infer', names: 'adder' },
  ],
  generate: [{ call: { path: '/v2/models/adder/generate', ...infer }, needs: 'infer', names: 'adder' }],
  'generate-stream': [{ call: { path: '/v2/models/adder/generate_stream', ...infer }, needs: 'infer', names: 'adder' }],
  'model-v1': [{ call: { path: '/v1/models/adder' }, needs: 'read', names: 'adder' }],
  'predict-v1': [{ call: { path: '/v1/models/adder:predict', ...predictV1 }, needs: 'infer', names: 'adder' }],
  'explain-v1': [{ call: { path: '/v1/models/adder:explain', ...post }, needs: 'read', names: 'adder', status: 501 }],
  config: [{ call: { path: '/v2/models/adder/config' }, needs: 'read', names: 'adder' }],
  statistics: [{ call: { path: '/v2/models/adder/stats' }, needs: 'read', names: 'adder' }],
  explain: [{ call: { path: '/v2/models/adder/explain' }, needs: 'read', names: 'adder' }],
  'all-statistics': [{ call: { path: '/v2/models/stats' }, needs: 'read', names: null }],
  trace: [
    { call: { path: '/v2/models/adder/trace/setting' }, needs: 'read', names: 'adder' },
    { call: { path: '/v2/models/adder/trace/setting', ...post }, needs: 'operate', names: 'adder' },
  ],
  'all-traces': [
    { call: { path: '/v2/trace/setting' }, needs: 'read', names: null },
    { call: { path: '/v2/trace/setting', ...post }, needs: 'operate', names: 'every' },
  ],
  logging: [
    { call: { path: '/v2/logging' }, needs: 'read', names: null },
    { call: { path: '/v2/logging', ...post }, needs: 'operate', names: 'every' },
  ],
  'shared-memory-status': [{ call: { path: '/v2/systemsharedmemory/status' }, needs: 'read', names: null }],
  'shared-memory-change': [
    { call: { path: '/v2/cudasharedmemory/unregister', ...post }, needs: 'read', names: null, status: 501 },
  ],
  'repository-index': [{ call: { path: '/v2/repository/index', ...post }, needs: 'read', names: null }],
  // In this order: what was unloaded is there again.
  unload: [{ call: { path: '/v2/repository/models/adder/unload', ...post }, needs: 'operate', names: 'adder' }],
  load: [{ call: { path: '/v2/repository/models/adder/load', ...post }, needs: 'operate', names: 'adder' }],
};

/** What a caller shows, and what it makes of them. `null` is nobody. */
interface Credential {
  readonly headers: Readonly<Record<string, string>>;
  readonly may: { readonly actions: readonly KeyAction[]; readonly model: 'adder' | 'other' | null } | null;
}

const here = { actions: ['infer', 'read'], model: null } as const;
const nobody = null;

let postgres: PostgresServer;
let plane: RunningPlane;
let gateway: GatewayProcess;
const credentials = new Map<string, Credential>();

/** Ends the exemption of this machine, as a page of elsewhere would. */
const fromElsewhere = { origin: 'https://elsewhere.example' };
const bearer = (token: string) => ({ ...fromElsewhere, authorization: `Bearer ${token}` });

const issuer = keyPair();
const stranger = keyPair();

function keyPair() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { privateKey, publicKey: publicKey.export({ format: 'jwk' }).x ?? '' };
}

function tokenOf(changes: Partial<PredictTokenPayload>, signer: KeyObject = issuer.privateKey): string {
  const payload: PredictTokenPayload = {
    issuer: 'plane-of-the-test',
    actor: 'ada@example.test',
    userId: null,
    actions: ['infer', 'read'],
    models: null,
    issuedAtMs: Date.now(),
    expiresAtMs: Date.now() + 60_000,
    ...changes,
  };
  const text = `${predictTokenPrefix}${Buffer.from(JSON.stringify(payload)).toString('base64url')}`;
  return `${text}.${sign(null, Buffer.from(text), signer).toString('base64url')}`;
}

async function makeKey(wish: Partial<keys.NewKey>) {
  return callEndpoint(plane.admin, keys.createKey, { body: { name: 'walk', ...wish } });
}

beforeAll(async () => {
  postgres = await startPostgres(18);
  plane = await startPlane(await postgres.createDatabase());
  await pushModel(plane, 'adder', [addModel(1)]);
  await pushModel(plane, 'other', [addModel(2)]);
  gateway = await startGateway({
    name: 'walked',
    controlUrl: plane.url,
    tokenFile: join(plane.home, 'gateway-token'),
    settings: { LOCKOUT_ATTEMPTS_MAX: '100000' },
  });
  await plane.control.pool.pg.query('insert into token_issuers (id, public_key, seen_at) values ($1, $2, now())', [
    'plane-of-the-test',
    issuer.publicKey,
  ]);
  await makeCredentials();
});

afterAll(async () => {
  await gateway?.stop();
  await plane?.remove();
  await postgres?.remove();
});

async function makeCredentials(): Promise<void> {
  const brief = await makeKey({ expiresAt: new Date(Date.now() + 1_000).toISOString() });
  const revoked = await makeKey({});
  await callEndpoint(plane.admin, keys.revokeKey, { params: { id: revoked.key.id } });
  const secretFor = async (wish: Partial<keys.NewKey>) => bearer((await makeKey(wish)).secret);
  const all: Record<string, Credential> = {
    'nothing, from a page of elsewhere': { headers: fromElsewhere, may: nobody },
    'nothing, through a proxy': { headers: { 'x-forwarded-for': '192.0.2.7' }, may: nobody },
    'nothing, on this machine': { headers: {}, may: here },
    'a key that nobody has': { headers: bearer('cai_unknown'), may: nobody },
    'a wrong key, on this machine': { headers: { authorization: 'Bearer wrong' }, may: nobody },
    'another form of credential': { headers: { ...fromElsewhere, authorization: 'Basic eDp5' }, may: nobody },
    'the join token of a gateway': { headers: bearer(plane.gateway.token), may: nobody },
    'an expired key': { headers: bearer(brief.secret), may: nobody },
    'a revoked key': { headers: bearer(revoked.secret), may: nobody },
    'a forged token': { headers: bearer(tokenOf({}, stranger.privateKey)), may: nobody },
    'a token of a wrong issuer': { headers: bearer(tokenOf({ issuer: 'plane-of-elsewhere' })), may: nobody },
    'an expired token': {
      headers: bearer(tokenOf({ issuedAtMs: Date.now() - 120_000, expiresAtMs: Date.now() - 60_000 })),
      may: nobody,
    },
    'a token with another signature': { headers: bearer(tokenOf({}).replace(/.{4}$/, 'AAAA')), may: nobody },
    'a good token': { headers: bearer(tokenOf({})), may: here },
    'a token for another model': {
      headers: bearer(tokenOf({ models: ['other'] })),
      may: { actions: ['infer', 'read'], model: 'other' },
    },
    'a token that only reads': {
      headers: bearer(tokenOf({ actions: ['read'] })),
      may: { actions: ['read'], model: null },
    },
    'a good key': { headers: await secretFor({}), may: here },
    'a good key for this model': {
      headers: await secretFor({ models: ['add*'] }),
      may: { actions: ['infer', 'read'], model: 'adder' },
    },
    'a key for another model': {
      headers: await secretFor({ models: ['other'] }),
      may: { actions: ['infer', 'read'], model: 'other' },
    },
    'a key that only predicts': {
      headers: await secretFor({ actions: ['infer'] }),
      may: { actions: ['infer'], model: null },
    },
    'a key that only reads': {
      headers: await secretFor({ actions: ['read'] }),
      may: { actions: ['read'], model: null },
    },
    'a key that only operates': {
      headers: await secretFor({ actions: ['operate'] }),
      may: { actions: ['operate'], model: null },
    },
    'the admin token': { headers: bearer(plane.admin.token), may: { actions: ['admin', 'infer'], model: null } },
  };
  for (const [name, credential] of Object.entries(all)) credentials.set(name, credential);
  const last = await makeKey({});
  await until('the gateway knows all keys', 10_000, async () => {
    const text = await (await fetch(`${gateway.metricsUrl}/metrics`)).text();
    const version = Number(/^cluster_ai_gateway_snapshot_version (\d+)$/m.exec(text)?.[1] ?? -1);
    return version >= last.snapshotVersion && Date.now() > new Date(brief.key.expiresAt ?? 0).getTime();
  });
}

/** The rule in one place: open calls for everybody, then who it is, then what they may. */
function expected({ needs, names, status }: Walk, { may }: Credential): number {
  if (needs === null) return status ?? 200;
  if (may === null) return 401;
  if (!actionsInclude(may.actions, needs)) return 403;
  const covers = names === null || may.model === null || may.model === names;
  return covers ? (status ?? 200) : 403;
}

describe.each(Object.entries(walks))('%s', (_kind, calls) => {
  test.each(calls.map((walk) => [walk.call.path, walk] as const))('%s', async (_path, walk) => {
    const got: Record<string, number> = {};
    const wanted: Record<string, number> = {};
    const refusals: GatewayAnswer[] = [];
    for (const [name, credential] of credentials) {
      const headers = { ...walk.call.headers, ...credential.headers };
      const answer = await callGateway(gateway, { ...walk.call, headers });
      got[name] = answer.status;
      wanted[name] = expected(walk, credential);
      if (answer.status >= 400) refusals.push(answer);
    }
    expect(got).toEqual(wanted);
    for (const { status, headers, text } of refusals) {
      expect(JSON.parse(text)).toEqual({ error: expect.any(String) });
      expect(headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
    }
  });
});

test('lists show what a key may name, and nothing else', async () => {
  const seen = async (name: string, path: string): Promise<unknown> => {
    const { text } = await callGateway(gateway, { path, headers: credentials.get(name)?.headers ?? {} });
    return (JSON.parse(text) as { models: unknown }).models;
  };
  for (const path of ['/v2/models', '/v1/models']) {
    expect(await seen('a good key', path)).toEqual(['adder', 'other']);
    expect(await seen('a good key for this model', path)).toEqual(['adder']);
    expect(await seen('a token for another model', path)).toEqual(['other']);
  }
});

test('whether a name exists is told only to those who may use it', async () => {
  const headers = credentials.get('a key for another model')?.headers ?? {};
  const texts = await Promise.all(
    ['adder', 'nothing'].map(async (name) => callGateway(gateway, { path: `/v2/models/${name}`, headers })),
  );
  expect(texts.map(({ status }) => status)).toEqual([403, 403]);
  expect(texts[0]?.text.replace('adder', 'nothing')).toBe(texts[1]?.text);
});

/** Asks over gRPC with these headers, in this order, which no client of gRPC would send. */
async function statusOverGrpc(headers: readonly string[]): Promise<unknown[]> {
  // The types do not know that a client may send what the specification does not allow.
  const lenient = { maxSessionMemory: 10, strictSingleValueFields: false };
  const session = connect(`http://${gateway.grpcAddress}`, lenient);
  try {
    const path = '/inference.GRPCInferenceService/ServerMetadata';
    const head = [':method', 'POST', ':path', path, ':scheme', 'http', ':authority', 'localhost'];
    const stream = session.request([...head, 'content-type', 'application/grpc', 'te', 'trailers', ...headers]);
    const statuses: unknown[] = [];
    const look = (received: IncomingHttpHeaders): void => {
      if (!('grpc-status' in received)) return;
      statuses.push(received['grpc-status'], decodeURIComponent(String(received['grpc-message'] ?? '')));
    };
    stream.on('response', look);
    stream.on('trailers', look);
    stream.end(Buffer.alloc(5));
    stream.resume();
    await once(stream, 'close');
    return statuses;
  } finally {
    session.destroy();
  }
}

test('over gRPC as well, two credentials are none, whichever is the good one', async () => {
  const good = credentials.get('a good key')?.headers['authorization'] ?? '';
  expect(await statusOverGrpc(['authorization', good])).toEqual(['0', '']);
  const refused = ['16', 'the Authorization header was sent 2 times'];
  expect(await statusOverGrpc(['authorization', good, 'authorization', 'Bearer wrong'])).toEqual(refused);
  expect(await statusOverGrpc(['authorization', 'Bearer wrong', 'authorization', good])).toEqual(refused);
  expect(await statusOverGrpc(['authorization', good, 'authorization', good])).toEqual(refused);
});

test('no credential is in the log', () => {
  const output = gateway.output();
  expect(output).toContain('gateway listens');
  for (const { headers } of credentials.values()) {
    const secret = /^Bearer (.{12,})$/.exec(headers['authorization'] ?? '')?.[1];
    if (secret !== undefined) expect(output).not.toContain(secret);
  }
});
