import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import { warmUpInTime, warmUpSizes, type WarmUpReport } from '@cluster-ai/core/batching/warm-up-sizes.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { WarmUpInput, WarmUpSample } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { elementBytes } from '@cluster-ai/core/tensors/datatype.ts';
import { assertTensorBytes, elementCount } from '@cluster-ai/core/tensors/tensor.ts';
import type { ExecutionInput, ModelExecutor } from '../execution/executor.ts';
import { instancesOf, preferredRows } from './run-settings.ts';
import { readVersionFile } from './version-file.ts';

/** Bytes of the inputs of one sample at most. */
const sampleBytesMax = 256 * 2 ** 20;

export interface WarmUpLimits {
  /** Each run at most, milliseconds. */
  readonly timeoutMs: number;
  /** What other sizes of batches than those of the samples may take together, milliseconds. */
  readonly sizesMsMax: number;
}

/**
 * Runs the samples of a version's configuration on each of its instances, one after another, before it serves; and the
 * first of them again and again behind itself, with each size of batch: its dimensions are those that clients send, where
 * those of made-up inputs are only ones that the model takes.
 * @param executor of the model with every input, those that clients do not see too.
 * @throws ClusterError naming the sample: MODEL_INVALID when the model refused it, otherwise what may pass.
 */
export async function runWarmUps(
  model: SnapshotModel,
  folder: string,
  executor: ModelExecutor,
  { timeoutMs, sizesMsMax }: WarmUpLimits,
): Promise<WarmUpReport> {
  const samples = model.settings.configuration?.warmUps ?? [];
  for (const sample of samples) {
    try {
      const inputs = await inputsOf(model, folder, sample);
      assertWhole(inputs, executor);
      for (let run = 0; run < sample.count; run += 1) await runEverywhere(model, executor, inputs, timeoutMs);
    } catch (thrown) {
      if (!(thrown instanceof ClusterError)) throw thrown;
      // What may pass, such as a runner that ended, is tried again; what the model refuses is not.
      const code = thrown.retryable ? thrown.code : 'MODEL_INVALID';
      throw new ClusterError(code, `model_warmup '${sample.name}' failed: ${thrown.message}`, { cause: thrown });
    }
  }
  const [first] = samples;
  if (first === undefined || (model.settings.configuration?.maxBatchSize ?? 0) === 0) return notWarmed;
  const sizes = warmUpSizes(executor.rowsMax, preferredRows(model.settings)).filter(
    (rows) => !samples.some(({ batchSize }) => batchSize === rows),
  );
  const run = async (batchSize: number): Promise<boolean> => {
    try {
      await runEverywhere(model, executor, await inputsOf(model, folder, { ...first, batchSize }), timeoutMs);
      return true;
    } catch (thrown) {
      // Samples that are as large as they may be do not fit a larger batch.
      if (thrown instanceof ClusterError && !thrown.retryable) return false;
      throw thrown;
    }
  };
  return warmUpInTime(sizes, sizesMsMax, { nowMs: () => performance.now(), run });
}

const notWarmed: WarmUpReport = { warmedRows: [], coldRows: [] };

/** One more is handed over to each instance: none of them is chosen twice. */
async function runEverywhere(
  model: SnapshotModel,
  executor: ModelExecutor,
  inputs: readonly ExecutionInput[],
  timeoutMs: number,
): Promise<void> {
  const instances = Math.min(instancesOf(model.settings), executor.freePlaces());
  const runs = Array.from({ length: Math.max(1, instances) }, () =>
    executor.execute({ inputs, outputNames: [], remainingMs: timeoutMs }),
  );
  await Promise.all(runs);
}

function assertWhole(inputs: readonly ExecutionInput[], executor: ModelExecutor): void {
  const missing = executor.signature.inputs.filter(({ name }) => !inputs.some((input) => input.name === name));
  if (missing.length === 0) return;
  throw new ClusterError('MODEL_INVALID', `it lacks the inputs ${missing.map(({ name }) => `'${name}'`).join(', ')}`);
}

async function inputsOf(model: SnapshotModel, folder: string, sample: WarmUpSample): Promise<ExecutionInput[]> {
  const inputs: ExecutionInput[] = [];
  const hasBatch = (model.settings.configuration?.maxBatchSize ?? 0) > 0;
  let bytes = 0;
  for (const input of sample.inputs) {
    const row = await dataOf(model, folder, input);
    assertTensorBytes({ name: input.name, datatype: input.datatype, shape: input.dims, data: row });
    bytes += row.byteLength * sample.batchSize;
    if (bytes > sampleBytesMax) throw new ClusterError('MODEL_INVALID', `it has more than ${sampleBytesMax} bytes`);
    const rows = hasBatch ? sample.batchSize : 1;
    inputs.push({
      name: input.name,
      datatype: input.datatype,
      shape: hasBatch ? [rows, ...input.dims] : input.dims,
      parts: Array.from({ length: rows }, () => row),
    });
  }
  return inputs;
}

async function dataOf(model: SnapshotModel, folder: string, input: WarmUpInput): Promise<Uint8Array> {
  const { name, datatype, dims, data } = input;
  if (data.kind === 'file') return readVersionFile(model, folder, data.path);
  const count = elementCount(dims, name);
  // Texts are empty ones, of which only the length is there.
  const width = datatype === 'BYTES' ? 4 : elementBytes[datatype];
  if (count * width > sampleBytesMax) {
    throw new ClusterError('MODEL_INVALID', `input '${name}' has more than ${sampleBytesMax} bytes`);
  }
  const bytes = new Uint8Array(count * width);
  if (data.kind === 'zero' || datatype === 'BYTES') return bytes;
  return randomized(bytes, datatype);
}

/** Numbers that models take: real ones in [0, 1), whole ones from 0 to 127, and booleans. */
export function randomized(bytes: Uint8Array, datatype: WarmUpInput['datatype'], random = seededRandom(1)): Uint8Array {
  const view = new DataView(bytes.buffer);
  const width = elementBytes[datatype];
  for (let offset = 0; offset < bytes.byteLength; offset += width) {
    if (datatype === 'FP16') view.setFloat16(offset, random(), true);
    else if (datatype === 'FP32') view.setFloat32(offset, random(), true);
    else if (datatype === 'FP64') view.setFloat64(offset, random(), true);
    else bytes[offset] = Math.floor(random() * (datatype === 'BOOL' ? 2 : 128));
  }
  return bytes;
}
