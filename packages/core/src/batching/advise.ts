import type { BatchCountsSnapshot, ClosingReason } from './batch-counts.ts';
import type { BatchRules } from './batch-rules.ts';

/** What is known of a model version's queue and batches when advice is asked for. */
export interface BatchingEvidence {
  readonly rules: Pick<BatchRules, 'rowsMax' | 'delayMs'>;
  /** Copies of the session. */
  readonly instances: number;
  /** Why the model's requests are not merged; empty when they are. */
  readonly apartReason: string;
  readonly counts: BatchCountsSnapshot;
  /** Of requests, from their arrival to their handing over; null before the first. */
  readonly queueP50Ms: number | null;
  /** Of batches, inside the runtime; null before the first. */
  readonly computeP50Ms: number | null;
  /** Requests that the configuration kept from running. */
  readonly refused: { readonly queueFull: number; readonly queueTimeout: number };
  /** Batches that failed, and whose requests ran again one by one. */
  readonly takenApart: number;
  /** Present where batches are picked for a latency objective: then nobody need change what is picked, unless it is missed. */
  readonly objective?: 'open' | 'missed';
}

export const adviceKinds = [
  'queueFull',
  'queueTimeout',
  'takenApart',
  'tooFew',
  'modelApart',
  'configuredApart',
  'full',
  'waiting',
  'idleDelay',
  'shape',
  'alone',
  'deadline',
  'littleTraffic',
  'allWell',
] as const;

type AdviceKind = (typeof adviceKinds)[number];

/** One thing that could be better, or a sentence that all is well. */
export interface Advice {
  readonly kind: AdviceKind;
  readonly finding: string;
  /** What to change; null when nothing needs to be. */
  readonly change: string | null;
  /** The same as lines of `config.pbtxt`; null where no line does it. */
  readonly configuration: string | null;
}

/** Fewer batches say nothing. */
const batchesLeast = 100;

/** Parts of all batches from which on something is a trait of the traffic and no chance. */
const mostly = 0.5;
const often = 0.2;

/** Rows of a batch on average up to which waiting for others has brought next to nobody. */
const hardlyMerged = 1.1;

/**
 * Says what the figures of a model version's batches mean, and what would make them better. Only what the figures show is
 * said: each finding has its numbers.
 * @returns at least one; the weightiest first.
 */
export function adviseBatching(evidence: BatchingEvidence): Advice[] {
  const { counts } = evidence;
  const advice = [...refusals(evidence)];
  if (counts.batches < batchesLeast) {
    return [
      ...advice,
      {
        kind: 'tooFew',
        finding: `${counts.batches} ${counts.batches === 1 ? 'batch has' : 'batches have'} run since the version was loaded; advice begins with ${batchesLeast}`,
        change: null,
        configuration: null,
      },
    ];
  }
  advice.push(...(evidence.rules.rowsMax === 0 ? [apart(evidence)] : merging(evidence)));
  if (advice.length === 0) {
    advice.push({
      kind: 'allWell',
      finding: `nothing is in the way: ${meanRows(counts)} rows in a batch on average`,
      change: null,
      configuration: null,
    });
  }
  return advice;
}

function refusals({ refused, takenApart, instances }: BatchingEvidence): Advice[] {
  const advice: Advice[] = [];
  if (refused.queueFull > 0) {
    advice.push({
      kind: 'queueFull',
      finding: `${refused.queueFull} requests were refused because as many waited as max_queue_size allows`,
      change: 'raise instance_group count, or max_queue_size where clients may rather wait',
      configuration: instanceLines(instances),
    });
  }
  if (refused.queueTimeout > 0) {
    advice.push({
      kind: 'queueTimeout',
      finding: `${refused.queueTimeout} requests waited for longer than their queue policy allows`,
      change: 'raise instance_group count, or the timeout of the policy',
      configuration: instanceLines(instances),
    });
  }
  if (takenApart > 0) {
    advice.push({
      kind: 'takenApart',
      finding: `${takenApart} batches failed as a whole, and their requests ran again one by one`,
      change: 'look into the log for the requests that the model refuses: each of them costs its batch a second run',
      configuration: null,
    });
  }
  return advice;
}

function apart({ apartReason }: BatchingEvidence): Advice {
  if (apartReason === '') {
    return {
      kind: 'configuredApart',
      finding: 'each request runs alone, as its configuration says',
      change: 'write dynamic_batching {} into config.pbtxt where requests may run together',
      configuration: 'dynamic_batching { }',
    };
  }
  return {
    kind: 'modelApart',
    finding: apartReason,
    change: 'export the model with a free first dimension, every row of which is computed by itself',
    configuration: null,
  };
}

function merging({ rules, instances, counts, queueP50Ms, computeP50Ms, objective }: BatchingEvidence): Advice[] {
  const part = (reason: ClosingReason): number => counts.closed[reason] / counts.batches;
  const percent = (reason: ClosingReason): string => `${Math.round(part(reason) * 100)} %`;
  const waits = queueP50Ms !== null && computeP50Ms !== null && queueP50Ms > computeP50Ms + rules.delayMs;
  const advice: Advice[] = [];
  const isPicked = objective !== undefined;
  if (part('full') >= mostly && waits && !isPicked) {
    advice.push({
      kind: 'full',
      finding: `${percent('full')} of the batches were full (${rules.rowsMax} rows), and half of the requests waited for more than ${rounded(queueP50Ms)} ms`,
      change: 'raise max_batch_size, or instance_group count where a core is free',
      configuration: `max_batch_size: ${rules.rowsMax * 2}`,
    });
  } else if (waits && objective !== 'open') {
    advice.push({
      kind: 'waiting',
      finding: `half of the requests waited for more than ${rounded(queueP50Ms)} ms, longer than a run takes (${rounded(computeP50Ms)} ms)`,
      change: 'raise instance_group count where a core is free',
      configuration: instanceLines(instances),
    });
  }
  if (part('delay') >= often && !isPicked && counts.rows / counts.batches <= hardlyMerged) {
    advice.push({
      kind: 'idleDelay',
      finding: `${percent('delay')} of the batches waited for max_queue_delay_microseconds, and had ${meanRows(counts)} rows on average all the same`,
      change: 'write max_queue_delay_microseconds: 0: nobody comes in that time',
      configuration: delayLines(0),
    });
  }
  if (part('shape') >= often) {
    advice.push({
      kind: 'shape',
      finding: `${percent('shape')} of the batches ended where the next request had another shape, or wanted other outputs`,
      change: 'let clients pad to a few sizes, or declare the input ragged where the model takes that',
      configuration: null,
    });
  }
  if (part('alone') >= often) {
    advice.push({
      kind: 'alone',
      finding: `${percent('alone')} of the batches are requests that fit with no other: their inputs differ in the first dimension, or have no rows`,
      change: 'send inputs with the same number of rows',
      configuration: null,
    });
  }
  if (part('deadline') >= often) {
    advice.push({
      kind: 'deadline',
      finding: `${percent('deadline')} of the batches left because the deadline of a request was near`,
      change: 'let clients wait for longer, or write a smaller max_queue_delay_microseconds',
      configuration: rules.delayMs > 0 ? delayLines(rules.delayMs / 2) : null,
    });
  }
  if (advice.length === 0 && part('idle') >= mostly && counts.rows / counts.batches <= hardlyMerged) {
    advice.push({
      kind: 'littleTraffic',
      finding: `${percent('idle')} of the batches left at once, since the model was free and nobody else waited: there is little traffic for batches`,
      change: null,
      configuration: null,
    });
  }
  return advice;
}

/** One copy more than there are. */
function instanceLines(instances: number): string {
  return `instance_group [ { count: ${instances + 1} } ]`;
}

function delayLines(delayMs: number): string {
  return `dynamic_batching { max_queue_delay_microseconds: ${Math.round(delayMs * 1_000)} }`;
}

function meanRows({ rows, batches }: BatchCountsSnapshot): string {
  return rounded(rows / batches);
}

function rounded(number: number | null): string {
  return number === null ? '0' : String(Number(number.toPrecision(2)));
}
