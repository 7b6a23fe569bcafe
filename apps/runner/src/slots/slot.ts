import { setImmediate as nextTurn } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { frameKinds } from '@cluster-ai/protocols/runner-frames/frame.ts';
import { onnxRuntime } from '@cluster-ai/runtimes/onnx/onnx-runtime.ts';
import { SlotChannel } from './slot-channel.ts';
import { SlotModels } from './slot-models.ts';

export interface SlotData {
  /** The slot's pipe. */
  readonly descriptor: number;
  /** The file in which large frames lie; it may be empty for ever. */
  readonly scratchDescriptor: number;
}

/**
 * Between two turns of the event loop at most: what the runtime frees when its outputs are collected waits for a turn,
 * and so does what this thread prints.
 */
const answersPerTurnMax = 64;
const answerBytesPerTurnMax = 1_048_576;

/** One slot: answers the frames of its pipe one after the other until it is told to end. */
async function serve(channel: SlotChannel): Promise<void> {
  const models = new SlotModels(onnxRuntime);
  let answers = 0;
  let bytes = 0;
  for (let frame = channel.read(); frame !== null; frame = channel.read()) {
    const answered = models.answer(frame);
    // A run is answered without a promise: waiting for what is there would cost more than the rest of the way.
    const answer = answered instanceof Promise ? await answered : answered;
    if (answer === frameKinds.END_SLOT) break;
    channel.write(answer);
    answers += 1;
    for (const piece of answer) bytes += piece.byteLength;
    if (answers < answersPerTurnMax && bytes < answerBytesPerTurnMax) continue;
    answers = 0;
    bytes = 0;
    await nextTurn();
  }
  await models.releaseAll();
}

// The parent thread made this object from a SlotData.
const { descriptor, scratchDescriptor } = workerData as SlotData;
await serve(new SlotChannel(descriptor, scratchDescriptor));
