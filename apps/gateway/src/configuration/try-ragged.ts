import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import type { RaggedBatching } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { seededRandom, type Random } from '@cluster-ai/core/ports/random.ts';
import { elementBytes } from '@cluster-ai/core/tensors/datatype.ts';
import { rowsEqual } from '@cluster-ai/core/tensors/rows-equal.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { TickBatcher, type TickBatcherOptions } from '../batching/tick-batcher.ts';
import type { ModelExecutor } from '../execution/executor.ts';
import { withRowsMax } from './mapped-executor.ts';
import { randomized } from './run-warm-ups.ts';

/** Whether requests of different lengths may run together. */
export interface RaggedVerdict {
  /** Rows of a batch at most; 0: each request runs alone. */
  readonly rowsMax: number;
  /** Why not; empty where they may. */
  readonly reason: string;
}

/** Open dimensions of made-up requests are between 1 and this. */
const lengthMax = 6;
/** Rows of the largest batch that is tried. */
const triedRowsMax = 64;
/** Each run at most, milliseconds. */
const timeoutMs = 60_000;

/**
 * Finds out whether a model that takes requests of different lengths in flat inputs answers them as if each had come alone:
 * the probe of all models cannot, because its made-up inputs do not fit one another.
 * @param executor takes the clients' inputs and those that are made for it. @param clients what clients send.
 * @param rowsWanted by the configuration; 0 where it does not merge.
 */
export async function tryRagged(
  executor: ModelExecutor,
  clients: ModelSignature,
  ragged: RaggedBatching,
  rowsWanted: number,
  batching: TickBatcherOptions,
): Promise<RaggedVerdict> {
  if (rowsWanted < 2) return { rowsMax: 0, reason: '' };
  const random = seededRandom(3);
  const alone = new TickBatcher(executor, { ...batching, ragged, enabled: false });
  const largest = Math.min(rowsWanted, triedRowsMax);
  const trials = [...new Set([2, 3, largest])]
    .filter((count) => count <= rowsWanted)
    .map((count) => Array.from({ length: count }, () => madeUp(clients, random)));
  try {
    const wanted = [];
    for (const requests of trials) wanted.push(await answers(alone, requests, batching));
    // An executor tells one queue of its free places: this one, from here on.
    const merged = new TickBatcher(withRowsMax(executor, largest, ''), { ...batching, ragged, enabled: true });
    for (const [index, requests] of trials.entries()) {
      const found = await answers(merged, requests, batching);
      const isSame = merged.figures.takenApart === 0 && allEqual(found, wanted[index] ?? []);
      if (!isSame) {
        const reason = `requests are not merged: ${requests.length} of different lengths get other answers together than alone`;
        return { rowsMax: 0, reason };
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof ClusterError)) throw thrown;
    return { rowsMax: 0, reason: `requests are not merged: made-up inputs were refused (${thrown.message})` };
  }
  return { rowsMax: largest, reason: '' };
}

/** One row with every open dimension of a length of its own. */
function madeUp({ inputs }: ModelSignature, random: Random): InferenceRequest {
  const tensors = inputs.map(({ name, datatype, shape }): Tensor => {
    const own = shape.map((size, axis) => {
      if (axis === 0) return 1;
      return size === -1 ? 1 + Math.floor(random() * lengthMax) : size;
    });
    const count = own.reduce((product, size) => product * size, 1);
    // Texts are empty ones, of which only the length is there.
    const width = datatype === 'BYTES' ? 4 : elementBytes[datatype];
    const zeros = new Uint8Array(count * width);
    const data = datatype === 'BYTES' ? zeros : randomized(zeros, datatype, random);
    return { name, datatype, shape: own, data };
  });
  return { modelName: 'trial', modelVersion: null, id: null, inputs: tensors, outputNames: [], parameters: {} };
}

/** What the requests are answered, all of which come at once. @throws ClusterError of the first that fails. */
export async function answers(
  batcher: TickBatcher,
  requests: readonly InferenceRequest[],
  { clock }: TickBatcherOptions,
): Promise<(readonly Tensor[])[]> {
  const tickets = requests.map((request) => batcher.enqueue(request, clock.nowMs() + timeoutMs));
  const outcomes = await Promise.allSettled(tickets.map(({ outcome }) => outcome));
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value.outputs;
  });
}

/** Whether answers are those that are wanted, within rounding. */
export function allEqual(found: readonly (readonly Tensor[])[], wanted: readonly (readonly Tensor[])[]): boolean {
  return wanted.every((outputs, request) =>
    outputs.every((output, index) => {
      const other = found[request]?.[index];
      return other !== undefined && rowsEqual(other, output);
    }),
  );
}
