import type { GatewayBatching } from '@cluster-ai/contract/batching.ts';
import { expect, test } from 'vitest';
import { batchingEntry } from './batching-entry.ts';
import { chooseEntry } from './choose-entry.ts';

const entry = (version: number, gateway: string, connected = true): GatewayBatching => ({
  ...batchingEntry,
  version,
  gateway,
  connected,
});
const entries = [entry(5, 'a', false), entry(5, 'b'), entry(4, 'a')];

test.each([
  ['the version with the most traffic', {}, 4, '4 a'],
  ['the newest one where nothing is known of traffic', {}, undefined, '5 b'],
  ['what the address names', { version: 5, gateway: 'a' }, 4, '5 a'],
  ['another gateway where the version is not on the named one', { version: 4, gateway: 'b' }, 5, '4 a'],
  ['another version where there is none of the named one', { version: 9 }, 9, '5 b'],
])('shows %s', (_what, wanted, busiest, expected) => {
  const chosen = chooseEntry(entries, wanted, busiest);
  expect(`${chosen?.entry.version} ${chosen?.entry.gateway}`).toBe(expected);
  expect(chosen?.versions).toEqual([5, 4]);
});

test('nothing where no gateway tells', () => {
  expect(chooseEntry([], {}, 1)).toBeUndefined();
});
