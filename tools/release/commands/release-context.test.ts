import { expect, test } from 'vitest';
import type { RecordEntry, RecordEvent } from '../record/release-record.ts';
import { hasUnfinishedCanary, promotedReleases } from './release-context.ts';

function entries(...events: readonly (readonly [RecordEvent, string])[]): readonly RecordEntry[] {
  return events.map(([event, version]) => {
    const image = `registry.example.com/cluster-ai/gateway@sha256:${'a'.repeat(64)}`;
    return {
      at: '2026-01-02T03:04:05.000Z',
      by: 'somebody',
      target: 'production',
      event,
      version,
      revision: 'c'.repeat(40),
      builtAt: '2026-01-02T03:04:05.000Z',
      images: { gateway: image, 'control-plane': image, dashboard: image, cli: image },
      detail: '',
      previous: '0'.repeat(64),
    };
  });
}

const versions = (all: readonly RecordEntry[]): string[] => promotedReleases(all).map(({ version }) => version);

test('what serves is the last release that was promoted and not taken back', () => {
  expect(versions(entries())).toEqual([]);
  expect(versions(entries(['deployed', '1'], ['promoted', '1'], ['canary', '2'], ['rolled-back', '2']))).toEqual(['1']);
  expect(versions(entries(['promoted', '1'], ['promoted', '2'], ['withdrawn', '2']))).toEqual(['1']);
  expect(versions(entries(['promoted', '1'], ['promoted', '2'], ['withdrawn', '2'], ['promoted', '3']))).toEqual([
    '1',
    '3',
  ]);
});

test('a canary is unfinished until it was promoted or rolled back', () => {
  expect(hasUnfinishedCanary(entries(['promoted', '1']))).toBe(false);
  expect(hasUnfinishedCanary(entries(['promoted', '1'], ['canary', '2'], ['shifted', '2']))).toBe(true);
  expect(hasUnfinishedCanary(entries(['promoted', '1'], ['canary', '2'], ['rolled-back', '2']))).toBe(false);
  expect(hasUnfinishedCanary(entries(['canary', '2'], ['promoted', '2'], ['canary', '3']))).toBe(true);
});
