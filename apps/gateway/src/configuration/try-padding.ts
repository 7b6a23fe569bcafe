import { findCuts, paddedSize, type Padding } from '@cluster-ai/core/batching/padding.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { ModelSignature, TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import type { PaddedDimension } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { seededRandom, type Random } from '@cluster-ai/core/ports/random.ts';
import { synthesizeTensor } from '@cluster-ai/core/tensors/synthesize-inputs.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { TickBatcher, type TickBatcherOptions } from '../batching/tick-batcher.ts';
import type { ModelExecutor } from '../execution/executor.ts';
import { allEqual, answers } from './try-ragged.ts';

/** Whether requests may be padded. */
export interface PaddingVerdict {
  /** Null: they may not, and those of different lengths run apart. */
  readonly padding: Padding | null;
  /** Why not, or not to all sizes; empty where they may. */
  readonly reason: string;
}

/** For all trials of one version, milliseconds. Sizes that are not reached are not used. */
const trialsMsMax = 30_000;
/** Sizes of open dimensions that are not padded, until the model takes one: it may want a few places at least. */
const otherSizes = [1, 16, 64];
/** Made-up numbers are as they come, all above those that padding adds, and all below: a largest or a mean must show. */
const shifts = [0, 1, -1] as const;

interface Trial {
  /** The largest size in it. */
  readonly size: number;
  readonly requests: readonly InferenceRequest[];
}

/**
 * Finds out whether a model answers padded requests, together with others, as it does each of them alone and as it came;
 * and which dimensions of its outputs are to be cut.
 * @param clients what clients send.
 */
export async function tryPadding(
  executor: ModelExecutor,
  clients: ModelSignature,
  dimensions: readonly PaddedDimension[],
  options: TickBatcherOptions,
): Promise<PaddingVerdict> {
  if (executor.rowsMax < 2 || !options.enabled) return { padding: null, reason: '' };
  const endsAtMs = performance.now() + trialsMsMax;
  const alone = new TickBatcher(executor, { ...options, enabled: false });
  try {
    const trials = await trialsThatRun(alone, clients, dimensions, options);
    if (typeof trials === 'string') return refused(trials);
    const wanted: (readonly Tensor[])[][] = [];
    for (const { requests } of trials) {
      if (performance.now() > endsAtMs) break;
      wanted.push(await answers(alone, requests, options));
    }
    const answered = trials.flatMap(({ requests }, index) =>
      requests.flatMap((request, which) => {
        const outputs = wanted[index]?.[which];
        return outputs === undefined ? [] : [{ request, outputs }];
      }),
    );
    const cuts = findCuts(answered, dimensions);
    if (typeof cuts === 'string') return refused(cuts);
    // An executor tells one queue of its free places: this one, from here on.
    const merged = new TickBatcher(executor, { ...options, padding: { dimensions, cuts } });
    let passed = 0;
    for (const [index, { size, requests }] of trials.entries()) {
      const expected = wanted[index];
      if (expected === undefined || performance.now() > endsAtMs) break;
      const found = await answers(merged, requests, options);
      if (merged.figures.takenApart > 0 || !allEqual(found, expected)) {
        return refused(`requests that are padded to ${size} get other answers than as they came`);
      }
      passed = size;
    }
    return verdict(dimensions, cuts, passed);
  } catch (thrown) {
    if (!(thrown instanceof ClusterError)) throw thrown;
    return refused(`made-up inputs were refused (${thrown.message})`);
  }
}

function refused(why: string): PaddingVerdict {
  return { padding: null, reason: `requests are not padded: ${why}` };
}

/** Sizes beyond those that were tried are not used. */
function verdict(dimensions: readonly PaddedDimension[], cuts: Padding['cuts'], passed: number): PaddingVerdict {
  const tried = dimensions.map((dimension) => ({
    ...dimension,
    sizes: dimension.sizes.filter((size) => size <= passed),
  }));
  if (tried.some(({ sizes }) => sizes.length === 0)) {
    return refused(`the first size was not tried out within ${trialsMsMax} ms`);
  }
  const left = dimensions.flatMap(({ sizes }) => sizes.filter((size) => size > passed));
  const reason =
    left.length === 0
      ? ''
      : `requests are not padded to ${[...new Set(left)].join(', ')}: that was not tried out within ${trialsMsMax} ms`;
  return { padding: { dimensions: tried, cuts }, reason };
}

/**
 * Requests of several lengths for each size, which the model takes when they come alone: with every padded dimension of a
 * length of its own, or where it refuses that, with one length for all.
 */
async function trialsThatRun(
  alone: TickBatcher,
  clients: ModelSignature,
  dimensions: readonly PaddedDimension[],
  options: TickBatcherOptions,
): Promise<readonly Trial[] | string> {
  let refusal = '';
  for (const isMixed of dimensions.length > 1 ? [true, false] : [false]) {
    for (const otherSize of otherSizes) {
      const trials = makeTrials(clients, dimensions, { isMixed, otherSize });
      try {
        await answers(alone, trials[0]?.requests ?? [], options);
        return trials;
      } catch (thrown) {
        // Refusing made-up values is no fault of a model; anything else is a defect of ours.
        if (!(thrown instanceof ClusterError)) throw thrown;
        if (refusal === '') refusal = thrown.message;
      }
    }
  }
  return `made-up inputs were refused (${refusal})`;
}

interface TrialForm {
  readonly isMixed: boolean;
  readonly otherSize: number;
}

function makeTrials(
  clients: ModelSignature,
  dimensions: readonly PaddedDimension[],
  { isMixed, otherSize }: TrialForm,
): Trial[] {
  const sizes = [...new Set(dimensions.flatMap((dimension) => dimension.sizes))].toSorted(
    (left, right) => left - right,
  );
  const random = seededRandom(5);
  return sizes.map((size, index) => {
    const before = sizes[index - 1] ?? 0;
    const lengths = [...new Set([before + 1, Math.ceil((before + 1 + size) / 2), size])];
    const requests = lengths.flatMap((length) =>
      shifts.map((shift): InferenceRequest => {
        const inputs = clients.inputs.map((input) => {
          const shape = input.shape.map((open, axis) => {
            if (axis === 0) return 1;
            if (open !== -1) return open;
            const which = dimensions.findIndex(({ input: name, dim }) => name === input.name && dim === axis - 1);
            const dimension = dimensions[which];
            if (dimension === undefined) return otherSize;
            const own = isMixed ? before + 1 + ((length - before - 1 + which) % (size - before)) : length;
            return Math.min(own, dimension.sizes.at(-1) ?? own);
          });
          return madeUp(input, shape, shift, random);
        });
        return { modelName: 'trial', modelVersion: null, id: null, inputs, outputNames: [], parameters: {} };
      }),
    );
    return { size: Math.max(...dimensions.map((dimension) => paddedSize(dimension, size) ?? 0), size), requests };
  });
}

/** An input whose numbers lie around 0, above it, or below; whole ones are 0 or 1, all 1, or all 0: they may be places. */
function madeUp(input: TensorSignature, shape: readonly number[], shift: number, random: Random): Tensor {
  const { datatype } = input;
  const isReal = datatype === 'FP16' || datatype === 'FP32' || datatype === 'FP64';
  if (!isReal) {
    const same = shift > 0 ? 0.9 : 0.1;
    return synthesizeTensor(input, shape, shift === 0 ? random : () => same);
  }
  const tensor = synthesizeTensor(input, shape, random);
  const { buffer } = tensor.data;
  const numbers =
    datatype === 'FP16'
      ? new Float16Array(buffer)
      : datatype === 'FP32'
        ? new Float32Array(buffer)
        : new Float64Array(buffer);
  numbers.forEach((value, at) => {
    numbers[at] = value + shift;
  });
  return tensor;
}
