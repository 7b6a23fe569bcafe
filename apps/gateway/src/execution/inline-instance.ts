import { setImmediate as nextTurn } from 'node:timers/promises';
import { warmUpInTime, type WarmUpReport } from '@cluster-ai/core/batching/warm-up-sizes.ts';
import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { elementBytes } from '@cluster-ai/core/tensors/datatype.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { giveBack } from '@cluster-ai/platform/process/give-back.ts';
import type { LoadOrder, LoadReport } from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import type { PlacedTensor, TensorFrame } from '@cluster-ai/protocols/runner-frames/tensor-frame.ts';
import type { LoadedModel } from '@cluster-ai/runtimes/runtime.ts';
import type { HostedInstance, InstanceResult } from './hosted-instance.ts';

/** A single run that takes longer has no place on the event loop, which every request of the gateway needs, milliseconds. */
const runMsMax = 2;

/** Runs of a model after which the event loop is given a turn, so that others come to their own, milliseconds. */
const turnMsMax = 2;

/** Runs before it is ready; the fastest of them counts: what holds up the others is the machine. */
const warmUpRuns = 4;

/**
 * A model inside the gateway, run by the thread that reads the sockets: no hop, and nothing between them. What it does
 * wrong, it does to the gateway; only an operator decides for that.
 */
export class InlineInstance implements HostedInstance {
  readonly report: LoadReport;
  private readonly model: LoadedModel;
  private readonly run: NonNullable<LoadedModel['executeNow']>;
  private readonly onFree: () => void;
  private readonly outputNames: readonly string[];
  private loaded = true;
  private busyMs = 0;

  private constructor(model: LoadedModel, run: InlineInstance['run'], report: LoadReport, onFree: () => void) {
    this.model = model;
    this.run = run;
    this.report = report;
    this.onFree = onFree;
    this.outputNames = model.signature.outputs.map(({ name }) => name);
  }

  /**
   * Loads a model that has passed its probe, in another process, and warms it.
   * @param onFree hears that there is a place again.
   * @returns why it cannot run here, instead of an instance.
   * @throws ClusterError MODEL_INVALID.
   */
  static async load(order: LoadOrder, onFree: () => void): Promise<InlineInstance | string> {
    const startedMs = performance.now();
    // Where no model is inline the native library is never loaded.
    process.env['ORT_DISABLE_TELEMETRY'] = '1';
    const { onnxRuntime } = await import('@cluster-ai/runtimes/onnx/onnx-runtime.ts');
    const { folder, modelFile, signature, warmUpSize } = order;
    const model = await onnxRuntime.load(folder, { modelFile, signature });
    const loadedMs = performance.now();
    const run = model.executeNow;
    const runMs = run === null ? null : warmUp(run, signature, warmUpSize ?? 1);
    if (run !== null && runMs !== null && runMs <= runMsMax) {
      const warm = await warmUpBatches(run, order);
      const report = { loadMs: loadedMs - startedMs, warmUpMs: performance.now() - loadedMs, ...warm };
      return new InlineInstance(model, run, report, onFree);
    }
    await model.release();
    if (run === null) return 'ONNX Runtime cannot run a model at once here';
    if (runMs === null) return 'it refuses made-up inputs, so that nobody knows how long it takes';
    return `one run takes ${runMs.toFixed(1)} ms, and ${runMsMax} is the most`;
  }

  get ready(): boolean {
    return this.loaded;
  }

  get freePlaces(): number {
    return this.loaded && this.busyMs < turnMsMax ? 1 : 0;
  }

  /** A run is over when it returns. */
  get runsInFlight(): number {
    return 0;
  }

  async execute(body: TensorFrame, remainingMs: number): Promise<InstanceResult> {
    const startedMs = performance.now();
    if (!this.loaded) throw new ClusterError('MODEL_NOT_READY', 'the model was unloaded');
    if (remainingMs <= 0) {
      throw new ClusterError('DEADLINE_EXCEEDED', 'the deadline passed before the model could run');
    }
    const { inputs, outputs } = this.model.signature;
    const tensors = body.tensors.map((tensor) => joined(tensor, inputs[tensor.place]?.name ?? ''));
    const places = body.outputPlaces;
    const names = places.length === 0 ? this.outputNames : places.map((place) => outputs[place]?.name ?? '');
    const runMs = performance.now();
    try {
      const results = this.run(tensors, names);
      const computeMs = performance.now() - runMs;
      tensors.forEach(({ data }, index) => (isJoined(body.tensors[index]) ? giveBack(data) : undefined));
      const answered = results.map(({ datatype, shape, data }, index) => ({
        place: places[index] ?? index,
        datatype,
        shape,
        parts: [data],
      }));
      return { tensors: answered, waitMs: 0, inputMs: runMs - startedMs, computeMs };
    } catch (error) {
      throw toClusterError(error);
    } finally {
      this.spend(performance.now() - startedMs);
    }
  }

  async unload(): Promise<void> {
    if (!this.loaded) return;
    this.loaded = false;
    await this.model.release();
  }

  private spend(elapsedMs: number): void {
    this.busyMs += elapsedMs;
    if (this.busyMs < turnMsMax) return;
    setImmediate(() => {
      this.busyMs = 0;
      this.onFree();
    });
  }
}

/** @returns how long the fastest run took, milliseconds; null when the model refuses zeros. */
function warmUp(run: InlineInstance['run'], signature: ModelSignature, size: number): number | null {
  const inputs = signature.inputs.map((input) => zeros(input, size));
  let runMs = Infinity;
  try {
    for (let count = 0; count < warmUpRuns; count += 1) {
      const startedMs = performance.now();
      run(inputs, []);
      runMs = Math.min(runMs, performance.now() - startedMs);
    }
  } catch (error) {
    // Refusing made-up values is no fault of a model; anything else is a defect of ours.
    if (error instanceof ClusterError) return null;
    throw error;
  }
  return runMs;
}

/** Runs it with batches of several sizes too. Between two of them, the event loop is everybody's. */
function warmUpBatches(run: InlineInstance['run'], order: LoadOrder): Promise<WarmUpReport> {
  const { signature, warmUpSize, warmUpRows, warmUpMsMax } = order;
  const runOne = async (rows: number): Promise<boolean> => {
    const inputs = signature.inputs.map((input) => zeros(input, warmUpSize ?? 1, rows));
    try {
      run(inputs, []);
    } catch (error) {
      if (error instanceof ClusterError) return false;
      throw error;
    }
    await nextTurn();
    return true;
  };
  return warmUpInTime(warmUpRows, warmUpMsMax, { nowMs: () => performance.now(), run: runOne });
}

function zeros({ name, datatype, shape }: ModelSignature['inputs'][number], size: number, rows = 1): Tensor {
  const filled = shape.map((dimension, axis) => (dimension === -1 ? (axis === 0 ? rows : size) : dimension));
  const count = filled.reduce((product, dimension) => product * dimension, 1);
  // An empty string is its length alone.
  const bytesEach = datatype === 'BYTES' ? 4 : elementBytes[datatype];
  return { name, datatype, shape: filled, data: new Uint8Array(count * bytesEach) };
}

function isJoined(tensor: PlacedTensor | undefined): boolean {
  return tensor !== undefined && tensor.parts.length > 1;
}

/** Parts of a batch in memory of their own; a single part as it is. */
function joined({ datatype, shape, parts }: PlacedTensor, name: string): Tensor {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return { name, datatype, shape, data: only };
  let bytes = 0;
  for (const part of parts) bytes += part.byteLength;
  const data = new Uint8Array(bytes);
  let offset = 0;
  for (const part of parts) {
    data.set(part, offset);
    offset += part.byteLength;
  }
  return { name, datatype, shape, data };
}
