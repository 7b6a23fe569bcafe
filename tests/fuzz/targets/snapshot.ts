import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { KeyRing } from '@cluster-ai/gateway/auth/key-ring.ts';
import { PredictTokens } from '@cluster-ai/gateway/auth/predict-tokens.ts';
import { KeyUses } from '@cluster-ai/gateway/limits/key-uses.ts';
import { readSnapshot } from '@cluster-ai/gateway/snapshot/read-snapshot.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { snapshotKey, snapshotModel, snapshotOf, snapshotRoute } from '@cluster-ai/testkit/snapshot-models.ts';
import { snapshotSchema } from '@cluster-ai/contract/snapshot.ts';
import type { FuzzTarget } from '../engine/target.ts';
import { jsonOf } from '../inputs/json.ts';
import { readWith } from '../inputs/schema.ts';

const model = snapshotModel('iris', 3);
const snapshotSeed = snapshotOf(
  7,
  [model],
  [snapshotRoute('iris', [[model, 1]])],
  [snapshotKey('a', { models: ['iris', 'other*'], ratePerSecond: 10, burst: 20, dailyQuota: 100, expiresAtMs: 5 })],
);
const tokenIssuers = [{ id: 'cp', publicKey: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }];
const oldKey = { id: 'k', sha256: 'ab'.repeat(32), scopes: ['infer', 'admin'], expiresAtMs: null };

/** A snapshot that a gateway reads from its control plane or from its disk, and takes over. */
export const target: FuzzTarget = {
  about:
    'snapshots at the gateway, from the control plane and from disk: what is read is taken over and reads the same again',
  form: 'json',
  // The control plane is one of ours: `INTERNAL` says that it sent something else than was agreed.
  mayFailInternally: true,
  seeds: () => [
    JSON.stringify({ ...snapshotSeed, tokenIssuers }),
    JSON.stringify({ ...snapshotSeed, formatVersion: 1, keys: [oldKey], tokenIssuers: undefined }),
  ],
  words: ['formatVersion', 'scopes', 'infer', 'admin', 'publicKey'],
  run: (input) => {
    const text = new TextDecoder().decode(input);
    readWith('snapshot', snapshotSchema, jsonOf(input));
    const snapshot = readSnapshot({ text, sha256: createHash('sha256').update(text).digest('hex') });
    new KeyRing(new KeyUses(new FakeClock())).replace(snapshot.keys);
    new PredictTokens().replace(snapshot.tokenIssuers);
    const again = JSON.stringify(snapshot);
    const readAgain = readSnapshot({ text: again, sha256: createHash('sha256').update(again).digest('hex') });
    // As JSON has it, which knows one zero.
    assert.deepEqual(JSON.parse(JSON.stringify(readAgain)), JSON.parse(again));
  },
};
