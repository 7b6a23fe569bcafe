import { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { programFiles } from '@cluster-ai/platform/process/program-files.ts';
import { encodeBareFrame, encodeStatsReplyFrame } from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import { FrameSplitter } from '@cluster-ai/protocols/runner-frames/frame-splitter.ts';
import { frameKinds, readFrameHeader } from '@cluster-ai/protocols/runner-frames/frame.ts';
import type { SlotData } from './slots/slot.ts';

/**
 * A runner: a child of one gateway that executes models. The gateway opens one pipe to this thread (control) and one to
 * each slot, and a file in memory for inputs that are large. A slot is a thread that reads its own pipe, so a run crosses no other thread on its way.
 *
 * This thread starts slots, reports memory, and ends the process when the gateway is gone.
 */
const controlDescriptor = 3;
const scratchDescriptor = 4;
const firstSlotDescriptor = 5;

/** Space for machine code of one slot, MiB. V8 would set 512 aside for each, which would use up the limit of memory. */
const codeRangeSizeMb = 32;

const slots = new Set<number>();
const splitter = new FrameSplitter();
const control = new Socket({ fd: controlDescriptor });

control.on('data', (chunk) => {
  for (const frame of splitter.push(chunk)) handle(frame);
});
// A reset is followed by 'close', where the reason no longer matters.
control.on('error', () => control.destroy());
control.on('close', () => {
  // A slot may be inside a long run: nothing but a signal ends it, and nobody waits for its answer any more.
  if (slots.size > 0) process.kill(process.pid, 'SIGKILL');
});

function handle(frame: Uint8Array): void {
  const { kind, requestId } = readFrameHeader(frame);
  if (kind === frameKinds.START_SLOT) startSlot(requestId);
  else if (kind === frameKinds.STATS) control.write(encodeStatsReplyFrame(requestId, process.memoryUsage.rss()));
  else throw new Error(`the control pipe does not take frames of kind ${kind}`);
}

function startSlot(slot: number): void {
  const workerData: SlotData = { descriptor: firstSlotDescriptor + slot, scratchDescriptor };
  const worker = new Worker(programFiles.slot, {
    workerData,
    resourceLimits: { codeRangeSizeMb },
  });
  slots.add(slot);
  // A defect in a slot leaves its model in an unknown state: the process goes, and the gateway starts another.
  worker.on('error', (error) => {
    throw error;
  });
  worker.on('exit', () => {
    slots.delete(slot);
    if (!control.destroyed) control.write(encodeBareFrame(frameKinds.SLOT_ENDED, slot));
  });
}
