import { allEndpoints } from '@cluster-ai/contract/api/all-endpoints.ts';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import { canonicalJson } from '@cluster-ai/core/audit/canonical-json.ts';
import { assertModelsCovered } from '@cluster-ai/control-plane/http/key-models.ts';
import { assertStorable } from '@cluster-ai/control-plane/http/storable.ts';
import type { Principal } from '@cluster-ai/control-plane/http/principal.ts';
import type { FuzzTarget } from '../engine/target.ts';
import { jsonOf } from '../inputs/json.ts';
import { readWith } from '../inputs/schema.ts';

/** A key for some models, as whose every call is judged. */
const principal: Principal = {
  actor: 'key:1',
  kind: 'key',
  role: 'operator',
  userId: null,
  keyId: '1',
  keyScope: {
    actions: ['operate'],
    models: ['iris', 'shop-*'],
    ratePerSecond: null,
    burst: null,
    dailyQuota: null,
  },
};

const call = (id: string, body: object, params: object = {}): string => JSON.stringify({ id, params, query: {}, body });

/** Calls of the control API: which endpoint, and its parts, as the server has them after it has parsed the JSON. */
export const target: FuzzTarget = {
  about:
    'calls of the control API, from clients: each part against its schema, and what a key for some models may name',
  form: 'json',
  weight: 2,
  seeds: () => [
    call('createUpload', {
      model: 'iris',
      files: [{ path: 'model.onnx', sha256: 'ab'.repeat(32), size: 12 }],
      deploy: 'none',
      lineage: { parent: 'a@1' },
    }),
    call(
      'putRoute',
      { policy: { kind: 'split', variants: [{ model: 'iris', version: 1, weight: 3 }], stickyHeader: 'x-user' } },
      { name: 'iris' },
    ),
    call('createKey', {
      name: 'k',
      scope: { actions: ['infer'], models: ['a*'] },
      expiresAt: '2026-01-31T00:00:00Z',
      ratePerSecond: 1,
      burst: 2,
    }),
    call('signIn', { email: 'a@b.example', password: 'x'.repeat(12) }),
    call('putSetting', { value: 'debug' }, { name: 'log_level' }),
    ...allEndpoints.map(({ id }) => call(id, {})),
  ],
  run: (input) => {
    const { id, params, query, body } = partsOf(input);
    const target = allEndpoints.find((candidate) => candidate.id === id);
    if (target === undefined) return;
    // Of a request it looks at these three alone.
    assertStorable({ params, query, body } as Parameters<typeof assertStorable>[0]);
    canonicalJson(JSON.parse(JSON.stringify(body)));
    const read = readParts(target, { params, query, body });
    assertModelsCovered(target, principal, read);
  },
};

function readParts(target: Endpoint, { params, query, body }: { params: unknown; query: unknown; body: unknown }) {
  return {
    params: readWith(`${target.id} params`, target.params, params) ?? {},
    query: readWith(`${target.id} query`, target.query, query) ?? {},
    body: readWith(`${target.id} body`, target.body, body) ?? {},
  };
}

function partsOf(input: Uint8Array): { id: unknown; params: unknown; query: unknown; body: unknown } {
  const none = { id: null, params: {}, query: {}, body: {} };
  const value = jsonOf(input);
  return typeof value === 'object' && value !== null ? { ...none, ...value } : none;
}
