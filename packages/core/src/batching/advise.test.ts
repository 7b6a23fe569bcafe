import { describe, expect, test } from 'vitest';
import { adviseBatching, type BatchingEvidence } from './advise.ts';
import { BatchCounts, type ClosingReason } from './batch-counts.ts';

/** @param batches how many closed for each reason. @param rows of each batch. */
function evidence(
  batches: Partial<Record<ClosingReason, number>>,
  rows: number,
  more: Partial<BatchingEvidence> = {},
): BatchingEvidence {
  const counts = new BatchCounts();
  for (const [reason, count] of Object.entries(batches)) {
    // The keys of the argument are reasons.
    for (let index = 0; index < count; index += 1) counts.add(reason as ClosingReason, rows, rows);
  }
  return {
    rules: { rowsMax: 8, delayMs: 0 },
    instances: 1,
    apartReason: '',
    counts: counts.snapshot(),
    queueP50Ms: 0.1,
    computeP50Ms: 1,
    refused: { queueFull: 0, queueTimeout: 0 },
    takenApart: 0,
    ...more,
  };
}

const changes = (given: BatchingEvidence) => adviseBatching(given).map(({ change }) => change);
const findings = (given: BatchingEvidence) => adviseBatching(given).map(({ finding }) => finding);

describe('advice about batches', () => {
  test('waits until there is something to judge', () => {
    expect(adviseBatching(evidence({ idle: 99 }, 1))).toEqual([
      {
        kind: 'tooFew',
        finding: '99 batches have run since the version was loaded; advice begins with 100',
        change: null,
        configuration: null,
      },
    ]);
  });

  test('refused requests are told of from the first on', () => {
    const refused = { queueFull: 3, queueTimeout: 2 };
    expect(findings(evidence({ idle: 1 }, 1, { refused, takenApart: 1 }))).toEqual([
      '3 requests were refused because as many waited as max_queue_size allows',
      '2 requests waited for longer than their queue policy allows',
      '1 batches failed as a whole, and their requests ran again one by one',
      '1 batch has run since the version was loaded; advice begins with 100',
    ]);
  });

  test('a model whose requests stay apart says why', () => {
    const rules = { rowsMax: 0, delayMs: 0 };
    const why = 'requests are not merged: the same input gives different outputs';
    expect(findings(evidence({ alone: 200 }, 1, { rules, apartReason: why }))).toEqual([why]);
    expect(adviseBatching(evidence({ alone: 200 }, 1, { rules })).map(({ configuration }) => configuration)).toEqual([
      'dynamic_batching { }',
    ]);
    expect(changes(evidence({ alone: 200 }, 1, { rules }))).toEqual([
      'write dynamic_batching {} into config.pbtxt where requests may run together',
    ]);
  });

  test.each<
    [
      what: string,
      batches: Partial<Record<ClosingReason, number>>,
      rows: number,
      more: Partial<BatchingEvidence>,
      advice: [change: RegExp, configuration: string | null],
    ]
  >([
    [
      'full batches behind which others wait',
      { full: 150, idle: 50 },
      8,
      { queueP50Ms: 5 },
      [/^raise max_batch_size/, 'max_batch_size: 16'],
    ],
    [
      'a queue that is longer than a run',
      { idle: 200 },
      4,
      { queueP50Ms: 5, instances: 2 },
      [/^raise instance_group/, 'instance_group [ { count: 3 } ]'],
    ],
    [
      'a delay in which nobody comes',
      { delay: 150, idle: 50 },
      1,
      {},
      [/^write max_queue_delay_microseconds: 0/, 'dynamic_batching { max_queue_delay_microseconds: 0 }'],
    ],
    ['many shapes', { shape: 100, idle: 100 }, 2, {}, [/^let clients pad/, null]],
    ['requests that fit with no other', { alone: 100, idle: 100 }, 2, {}, [/^send inputs with the same/, null]],
    [
      'deadlines that are too near',
      { deadline: 100, idle: 100 },
      2,
      { rules: { rowsMax: 8, delayMs: 4 } },
      [/^let clients wait for longer/, 'dynamic_batching { max_queue_delay_microseconds: 2000 }'],
    ],
  ])('%s', (_what, batches, rows, more, [change, configuration]) => {
    expect(adviseBatching(evidence(batches, rows, more))).toMatchObject([
      { change: expect.stringMatching(change), configuration },
    ]);
  });

  test('a delay that fills batches is not blamed, nor what requests wait for because of it', () => {
    const rules = { rowsMax: 8, delayMs: 5 };
    expect(adviseBatching(evidence({ delay: 200 }, 6, { rules, queueP50Ms: 5 }))).toEqual([
      {
        kind: 'allWell',
        finding: 'nothing is in the way: 6 rows in a batch on average',
        change: null,
        configuration: null,
      },
    ]);
  });

  test('what is picked for an objective is nobody’s to change, unless the objective is missed', () => {
    const crowded = { queueP50Ms: 5 };
    expect(changes(evidence({ full: 150, idle: 50 }, 8, { ...crowded, objective: 'open' }))).toEqual([null]);
    expect(changes(evidence({ full: 150, idle: 50 }, 8, { ...crowded, objective: 'missed' }))).toEqual([
      expect.stringMatching(/^raise instance_group/),
    ]);
    expect(changes(evidence({ delay: 150, idle: 50 }, 1, { objective: 'open' }))).toEqual([null]);
  });

  test('little traffic is no fault', () => {
    expect(adviseBatching(evidence({ idle: 200 }, 1))).toEqual([
      {
        kind: 'littleTraffic',
        finding: expect.stringMatching(/^100 % of the batches left at once/),
        change: null,
        configuration: null,
      },
    ]);
  });
});
