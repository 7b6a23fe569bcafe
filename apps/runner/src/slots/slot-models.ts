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
import { probeModel } from '../probe/probe-model.ts';
import { warmUp } from '../probe/warm-up.ts';

/** The models of one slot, and what it answers to each frame. */
export class SlotModels {
  private readonly runtime: Runtime;
  private readonly models = new Map<number, LoadedModel>();

  constructor(runtime: Runtime) {
    this.runtime = runtime;
  }

  /** @returns the pieces of the answer, or END_SLOT when the slot is to end. */
  async answer(frame: Uint8Array): Promise<readonly Uint8Array[] | typeof frameKinds.END_SLOT> {
    const header = readFrameHeader(frame);
    if (header.kind === frameKinds.END_SLOT) return frameKinds.END_SLOT;
    try {
      return await this.answerTo(header, frame);
    } catch (error) {
      // What was not foreseen must be found in the log; the gateway gets a fixed sentence.
      if (!(error instanceof ClusterError)) {
        process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
      }
      return [encodeFailedFrame(header.requestId, header.modelKey, toClusterError(error))];
    }
  }

  async releaseAll(): Promise<void> {
    for (const model of this.models.values()) await model.release();
    this.models.clear();
  }

  private async answerTo(header: FrameHeader, frame: Uint8Array): Promise<readonly Uint8Array[]> {
    if (header.kind === frameKinds.EXECUTE) return this.execute(header, frame);
    if (header.kind === frameKinds.LOAD) return [await this.load(header, frame)];
    if (header.kind === frameKinds.PROBE) return [await this.probe(header, frame)];
    if (header.kind === frameKinds.UNLOAD) return [await this.unload(header)];
    throw new ClusterError('INTERNAL', `a slot does not take frames of kind ${header.kind}`);
  }

  private async execute(header: FrameHeader, frame: Uint8Array): Promise<readonly Uint8Array[]> {
    if (monotonicMs() >= header.timeMs) {
      throw new ClusterError('DEADLINE_EXCEEDED', 'the deadline passed before the model could run');
    }
    const model = this.models.get(header.modelKey);
    if (model === undefined) throw new ClusterError('INTERNAL', 'the slot does not hold the model');
    const { inputs, outputs } = model.signature;
    const order = decodeTensorFrame(frame);
    const tensors = order.tensors.map((tensor) => namedTensor(tensor, inputs[tensor.place]?.name));
    const places = order.outputPlaces.length > 0 ? order.outputPlaces : outputs.map((_, place) => place);
    // A deadline is an hour away at most; four bytes hold an hour and eleven minutes.
    const microsLeft = Math.min(2 ** 32 - 1, Math.max(0, Math.round((header.timeMs - monotonicMs()) * 1_000)));
    const startedMs = performance.now();
    const results = await model.execute(
      tensors,
      places.map((place) => outputs[place]?.name ?? ''),
    );
    const timeMs = performance.now() - startedMs;
    const placed = results.map(({ datatype, shape, data }, index) => ({
      place: places[index] ?? 0,
      datatype,
      shape,
      parts: [data],
    }));
    const answer = encodeTensorFrame(
      { ...header, kind: frameKinds.RESULT, timeMs },
      { tensors: placed, outputPlaces: [], microsLeft },
    );
    if (answer === null) {
      throw new ClusterError('MODEL_EXECUTION_FAILED', `the outputs are larger than ${frameBytesMax} bytes`);
    }
    return answer;
  }

  private async load({ requestId, modelKey }: FrameHeader, frame: Uint8Array): Promise<Uint8Array> {
    const { folder, modelFile, signature, warmUpSize } = decodeLoadFrame(frame);
    const startedMs = performance.now();
    const model = await this.runtime.load(folder, { modelFile, signature });
    const loadedMs = performance.now();
    if (warmUpSize !== null) await warmUp(model, warmUpSize);
    this.models.set(modelKey, model);
    return encodeLoadedFrame(requestId, modelKey, {
      loadMs: loadedMs - startedMs,
      warmUpMs: performance.now() - loadedMs,
    });
  }

  private async probe({ requestId, modelKey }: FrameHeader, frame: Uint8Array): Promise<Uint8Array> {
    const order = decodeLoadFrame(frame);
    const report = await probeModel(this.runtime, order);
    return encodeProbedFrame(requestId, modelKey, report);
  }

  private async unload({ requestId, modelKey }: FrameHeader): Promise<Uint8Array> {
    await this.models.get(modelKey)?.release();
    this.models.delete(modelKey);
    return encodeBareFrame(frameKinds.UNLOADED, requestId, modelKey);
  }
}

function namedTensor({ datatype, shape, parts }: PlacedTensor, name: string | undefined): Tensor {
  const [data] = parts;
  if (name === undefined || data === undefined) {
    throw new ClusterError('INTERNAL', 'the frame names an input that the model does not have');
  }
  return { name, datatype, shape, data };
}
