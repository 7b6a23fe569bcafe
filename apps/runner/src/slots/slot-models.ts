import type { WarmUpReport } from '@cluster-ai/core/batching/warm-up-sizes.ts';
import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { monotonicMs } from '@cluster-ai/platform/process/monotonic-time.ts';
import {
  decodeLoadFrame,
  encodeBareFrame,
  encodeFailedFrame,
  encodeLoadedFrame,
  encodeProbedFrame,
} from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import {
  frameBytesMax,
  frameKinds,
  readFrameHeader,
  type FrameHeader,
} from '@cluster-ai/protocols/runner-frames/frame.ts';
import {
  decodeTensorFrame,
  encodeTensorFrame,
  type PlacedTensor,
} from '@cluster-ai/protocols/runner-frames/tensor-frame.ts';
import type { LoadedModel, Runtime } from '@cluster-ai/runtimes/runtime.ts';
import { warmUp, warmUpBatches } from '../probe/warm-up.ts';

/** The pieces of an answer, or END_SLOT when the slot is to end. */
type SlotAnswer = readonly Uint8Array[] | typeof frameKinds.END_SLOT;

/** The models of one slot, and what it answers to each frame. */
export class SlotModels {
  private readonly runtime: Runtime;
  private readonly models = new Map<number, LoadedModel>();

  constructor(runtime: Runtime) {
    this.runtime = runtime;
  }

  /** A run is answered at once where the runtime can; everything else may have to be waited for. */
  answer(frame: Uint8Array): SlotAnswer | Promise<SlotAnswer> {
    const header = readFrameHeader(frame);
    try {
      if (header.kind === frameKinds.EXECUTE) return this.execute(header, frame);
    } catch (error) {
      return failureOf(header, error);
    }
    if (header.kind === frameKinds.END_SLOT) return frameKinds.END_SLOT;
    return this.answerTo(header, frame).catch((error: unknown) => failureOf(header, error));
  }

  async releaseAll(): Promise<void> {
    for (const model of this.models.values()) await model.release();
    this.models.clear();
  }

  private async answerTo(header: FrameHeader, frame: Uint8Array): Promise<readonly Uint8Array[]> {
    if (header.kind === frameKinds.LOAD) return [await this.load(header, frame)];
    if (header.kind === frameKinds.PROBE) return [await this.probe(header, frame)];
    if (header.kind === frameKinds.UNLOAD) return [await this.unload(header)];
    throw new ClusterError('INTERNAL', `a slot does not take frames of kind ${header.kind}`);
  }

  private execute(header: FrameHeader, frame: Uint8Array): readonly Uint8Array[] | Promise<readonly Uint8Array[]> {
    if (monotonicMs() >= header.timeMs) {
      throw new ClusterError('DEADLINE_EXCEEDED', 'the deadline passed before the model could run');
    }
    const model = this.models.get(header.modelKey);
    if (model === undefined) throw new ClusterError('INTERNAL', 'the slot does not hold the model');
    const { inputs, outputs } = model.signature;
    const order = decodeTensorFrame(frame);
    const tensors = order.tensors.map((tensor) => namedTensor(tensor, inputs[tensor.place]?.name));
    const places = order.outputPlaces.length > 0 ? order.outputPlaces : outputs.map((_, place) => place);
    const names = places.map((place) => outputs[place]?.name ?? '');
    // A deadline is an hour away at most; four bytes hold an hour and eleven minutes.
    const microsLeft = Math.min(2 ** 32 - 1, Math.max(0, Math.round((header.timeMs - monotonicMs()) * 1_000)));
    const startedMs = performance.now();
    const answer = (results: readonly Tensor[]): readonly Uint8Array[] =>
      resultOf(header, results, { places, microsLeft, timeMs: performance.now() - startedMs });
    if (model.executeNow !== null) return answer(model.executeNow(tensors, names));
    return model
      .execute(tensors, names)
      .then(answer)
      .catch((error: unknown) => failureOf(header, error));
  }

  private async load({ requestId, modelKey }: FrameHeader, frame: Uint8Array): Promise<Uint8Array> {
    const order = decodeLoadFrame(frame);
    const { folder, modelFile, signature, warmUpSize } = order;
    const startedMs = performance.now();
    const model = await this.runtime.load(folder, { modelFile, signature });
    const loadedMs = performance.now();
    let warm: WarmUpReport = { warmedRows: [], coldRows: [] };
    if (warmUpSize !== null) {
      await warmUp(model, warmUpSize);
      warm = await warmUpBatches(model, warmUpSize, order);
    }
    this.models.set(modelKey, model);
    return encodeLoadedFrame(requestId, modelKey, {
      loadMs: loadedMs - startedMs,
      warmUpMs: performance.now() - loadedMs,
      ...warm,
    });
  }

  private async probe({ requestId, modelKey }: FrameHeader, frame: Uint8Array): Promise<Uint8Array> {
    const order = decodeLoadFrame(frame);
    // Of the code that only probes need, others read nothing.
    const { probeModel } = await import('../probe/probe-model.ts');
    const report = await probeModel(this.runtime, order);
    return encodeProbedFrame(requestId, modelKey, report);
  }

  private async unload({ requestId, modelKey }: FrameHeader): Promise<Uint8Array> {
    await this.models.get(modelKey)?.release();
    this.models.delete(modelKey);
    // This thread may now wait for hours, and what its runs have left would wait with it.
    globalThis.gc?.();
    return encodeBareFrame(frameKinds.UNLOADED, requestId, modelKey);
  }
}

function resultOf(
  header: FrameHeader,
  results: readonly Tensor[],
  { places, microsLeft, timeMs }: { places: readonly number[]; microsLeft: number; timeMs: number },
): readonly Uint8Array[] {
  const tensors = results.map(({ datatype, shape, data }, index) => ({
    place: places[index] ?? 0,
    datatype,
    shape,
    parts: [data],
  }));
  const answer = encodeTensorFrame(
    { ...header, kind: frameKinds.RESULT, timeMs },
    { tensors, outputPlaces: [], microsLeft },
  );
  if (answer !== null) return answer;
  throw new ClusterError('MODEL_EXECUTION_FAILED', `the outputs are larger than ${frameBytesMax} bytes`);
}

function failureOf({ requestId, modelKey }: FrameHeader, error: unknown): readonly Uint8Array[] {
  // What was not foreseen must be found in the log; the gateway gets a fixed sentence.
  if (!(error instanceof ClusterError)) {
    process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
  }
  return [encodeFailedFrame(requestId, modelKey, toClusterError(error))];
}

function namedTensor({ datatype, shape, parts }: PlacedTensor, name: string | undefined): Tensor {
  const [data] = parts;
  if (name === undefined || data === undefined) {
    throw new ClusterError('INTERNAL', 'the frame names an input that the model does not have');
  }
  return { name, datatype, shape, data };
}
