import { workerData } from 'node:worker_threads';
import { frameKinds } from '@cluster-ai/protocols/runner-frames/frame.ts';
import { onnxRuntime } from '@cluster-ai/runtimes/onnx/onnx-runtime.ts';
import { SlotChannel } from './slot-channel.ts';
import { SlotModels } from './slot-models.ts';

export interface SlotData {
  /** The slot's pipe. */
  readonly descriptor: number;
}

/** One slot: answers the frames of its pipe one after the other until it is told to end. */
async function serve(channel: SlotChannel): Promise<void> {
  const models = new SlotModels(onnxRuntime);
  for (let frame = channel.read(); frame !== null; frame = channel.read()) {
    const answer = await models.answer(frame);
    if (answer === frameKinds.END_SLOT) break;
    channel.write(answer);
  }
  await models.releaseAll();
}

// The parent thread made this object from a SlotData.
const { descriptor } = workerData as SlotData;
await serve(new SlotChannel(descriptor));
