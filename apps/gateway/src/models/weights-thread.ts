import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { lowerThisThread } from '@cluster-ai/platform/process/lower-priority.ts';
import { moveWeights, type ByteRange, type ByteSource } from '@cluster-ai/protocols/onnx/move-weights.ts';

/** What the thread is given. */
export interface WeightsOrder {
  readonly source: string;
  /** Where the model is written, and its weights; neither exists. */
  readonly model: string;
  readonly weights: string;
  /** Name of the weights' file, as the model calls it. */
  readonly location: string;
  readonly fromBytes: number;
}

/** What it answers for each of the two files; null for a model without large weights, of which nothing was written. */
export type WrittenWeights = Readonly<Record<'model' | 'weights', { readonly sha256: string; readonly size: number }>>;

const chunkBytes = 256 * 1_024;

/** A file that is written from its beginning to its end. */
class OutputFile {
  private readonly descriptor: number;
  private readonly hash = createHash('sha256');
  private size = 0;

  constructor(path: string) {
    // No other is there: what is written is this program's alone.
    this.descriptor = openSync(path, 'wx', 0o600);
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength;) at += writeSync(this.descriptor, bytes, at);
    this.hash.update(bytes);
    this.size += bytes.byteLength;
  }

  /** @param to a place at or after the end of what is written. */
  fillUpTo(to: number): void {
    if (to > this.size) this.write(new Uint8Array(to - this.size));
  }

  finish(): { readonly sha256: string; readonly size: number } {
    closeSync(this.descriptor);
    return { sha256: this.hash.digest('hex'), size: this.size };
  }
}

/** Writes a model and its weights apart. */
function layOut({ source, model, weights, location, fromBytes }: WeightsOrder): WrittenWeights | null {
  const file = openSync(source, 'r');
  try {
    const moved = moveWeights(sourceOf(file), { fromBytes, location });
    if (moved === null) return null;
    const modelFile = new OutputFile(model);
    for (const piece of moved.model) {
      if ('start' in piece) copy(file, piece, modelFile);
      else modelFile.write(piece);
    }
    const weightsFile = new OutputFile(weights);
    for (const weight of moved.weights) {
      weightsFile.fillUpTo(weight.offset);
      copy(file, weight, weightsFile);
    }
    return { model: modelFile.finish(), weights: weightsFile.finish() };
  } finally {
    closeSync(file);
  }
}

function sourceOf(file: number): ByteSource {
  return {
    size: fstatSync(file).size,
    read: (start, end) => {
      const bytes = new Uint8Array(end - start);
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.byteLength, start));
    },
  };
}

function copy(file: number, { start, end }: ByteRange, target: OutputFile): void {
  const chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, end - start));
  for (let at = start; at < end;) {
    const bytes = readSync(file, chunk, 0, Math.min(chunk.byteLength, end - at), at);
    if (bytes === 0) throw new Error('the model file became shorter while it was read');
    target.write(chunk.subarray(0, bytes));
    at += bytes;
  }
}

lowerThisThread();
// The parent thread gave it an order.
parentPort?.postMessage(layOut(workerData as WeightsOrder), []);
