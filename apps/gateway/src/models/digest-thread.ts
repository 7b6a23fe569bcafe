import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { lowerThisThread } from '@cluster-ai/platform/process/lower-priority.ts';

/** Small enough for the caches of a core, and one piece of memory for a whole file. */
const chunkBytes = 256 * 1_024;

/** The program of the thread of `fileDigest`: the SHA-256 of one file, in hexadecimal. */
function digestOf(path: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafeSlow(chunkBytes);
  const file = openSync(path, 'r');
  try {
    for (let bytes = readSync(file, chunk); bytes > 0; bytes = readSync(file, chunk)) {
      hash.update(chunk.subarray(0, bytes));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

lowerThisThread();
// The parent thread gave it a path.
parentPort?.postMessage(digestOf(workerData as string), []);
