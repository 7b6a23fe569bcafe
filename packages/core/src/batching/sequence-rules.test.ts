import { expect, test } from 'vitest';
import type { SequenceBatching } from '../model-configuration/model-configuration.ts';
import { batchRules } from './batch-rules.ts';
import { sequenceBatches, sequencesAtOnce } from './sequence-rules.ts';

const none: SequenceBatching = { maxIdleMicroseconds: 1, controls: [], states: [], maxCandidateSequences: null };
const oldest = { preferredBatchSizes: [4], maxQueueDelayMicroseconds: 250, preserveOrdering: true };
const direct = (minimumSlotUtilization: number) => ({
  ...none,
  direct: { minimumSlotUtilization, maxQueueDelayMicroseconds: 500 },
});

test('oldest has candidates for each copy, direct a batch of each, and nothing said is no limit', () => {
  expect(sequencesAtOnce({ ...none, maxCandidateSequences: 5, oldest }, 8, 2)).toBe(10);
  expect(sequencesAtOnce({ ...none, maxCandidateSequences: 5 }, 8, 1)).toBe(5);
  expect(sequencesAtOnce(direct(0), 8, 3)).toBe(24);
  expect(sequencesAtOnce(direct(0), 0, 3)).toBe(3);
  expect(sequencesAtOnce(none, 8, 2)).toBe(Infinity);
});

test('oldest is dynamic batching, and direct waits for its part of a batch', () => {
  const rules = (sequences: SequenceBatching) => batchRules(sequenceBatches(sequences, 8, 8), 8);
  expect(rules({ ...none, oldest })).toMatchObject({ preferredRows: [4], delayMs: 0.25, keepsOrder: true });
  expect(rules(direct(0.7))).toMatchObject({ preferredRows: [6, 7, 8], delayMs: 0.5, keepsOrder: false });
  expect(rules(direct(0))).toMatchObject({ delayMs: 0 });
  expect(rules(direct(1))).toMatchObject({ preferredRows: [8], delayMs: 0.5 });
  expect(sequenceBatches(none, 8, 8)).toBeNull();
  // Fewer rows can be merged than the part: a whole batch is enough then.
  expect(batchRules(sequenceBatches(direct(1), 8, 4), 4).preferredRows).toEqual([4]);
});
