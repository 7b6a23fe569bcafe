import { warmUpInTime, type WarmUpReport } from '@cluster-ai/core/batching/warm-up-sizes.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import type { LoadOrder } from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import type { LoadedModel } from '@cluster-ai/runtimes/runtime.ts';
import { synthesizeInputs } from '@cluster-ai/core/tensors/synthesize-inputs.ts';

/** Sizes that are tried for dynamic dimensions: models with strided windows refuse the small ones. */
const warmUpSizes = [1, 16, 32, 64, 128, 256, 512, 1024];

/** Warm-up inputs are the same at every load, so that what worked in the probe works again. */
const seed = 1;

export interface WarmUpResult {
  /** The size that the model accepted; null when it accepted none. */
  readonly size: number | null;
  /** The first refusal; null when there was none. */
  readonly refusal: ClusterError | null;
}

/** True when every input and output leaves dimension 0 to the request: then it may be a batch. */
export function hasBatchDimension({ inputs, outputs }: ModelSignature): boolean {
  return inputs.length > 0 && [...inputs, ...outputs].every(({ shape }) => shape[0] === -1);
}

/**
 * Runs the model once on made-up inputs of the given size: memory is laid out and code is hot before the first request.
 * @param batchRows of a model that takes batches.
 * @throws ClusterError MODEL_EXECUTION_FAILED when the model refuses them.
 */
export async function warmUp(model: LoadedModel, size: number, batchRows = 1): Promise<void> {
  const rows = hasBatchDimension(model.signature) ? batchRows : null;
  const inputs = synthesizeInputs(model.signature, { rows, size }, seededRandom(seed));
  if (inputs === null) throw new ClusterError('MODEL_EXECUTION_FAILED', 'made-up inputs would be too large');
  await model.execute(inputs, []);
}

/** Runs the model with batches of several sizes too, so that the first of each is not slow. */
export function warmUpBatches(
  model: LoadedModel,
  size: number,
  { warmUpRows, warmUpMsMax }: Pick<LoadOrder, 'warmUpRows' | 'warmUpMsMax'>,
): Promise<WarmUpReport> {
  const run = async (rows: number): Promise<boolean> => {
    try {
      await warmUp(model, size, rows);
      return true;
    } catch (error) {
      // Refusing made-up values is no fault of a model; anything else is a defect of ours.
      if (error instanceof ClusterError) return false;
      throw error;
    }
  };
  return warmUpInTime(warmUpRows, warmUpMsMax, { nowMs: () => performance.now(), run });
}

/** Finds a size of dynamic dimensions with which the model runs on made-up inputs. */
export async function findWarmUpSize(model: LoadedModel): Promise<WarmUpResult> {
  let refusal: ClusterError | null = null;
  for (const size of hasFreeDimension(model.signature) ? warmUpSizes : warmUpSizes.slice(0, 1)) {
    try {
      await warmUp(model, size);
      return { size, refusal };
    } catch (error) {
      // Refusing made-up values is no fault of a model; anything else is a defect of ours.
      if (!(error instanceof ClusterError)) throw error;
      refusal ??= error;
    }
  }
  return { size: null, refusal };
}

function hasFreeDimension(signature: ModelSignature): boolean {
  const first = hasBatchDimension(signature) ? 1 : 0;
  return signature.inputs.some(({ shape }) => shape.slice(first).includes(-1));
}
