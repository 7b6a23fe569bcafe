import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';

/** From this size on a file is read by a thread: below it the start of one would cost more. */
const threadFromBytes = 4 * 2 ** 20;

/**
 * The SHA-256 of a file, in hexadecimal. Model files are checked at every load, and a second's worth of them must not
 * stand between the requests of others: large ones are read by a thread of their own, of low priority.
 * @throws Error of the file system.
 */
export async function fileDigest(path: string, sizeBytes: number): Promise<string> {
  if (sizeBytes >= threadFromBytes) return digestInThread(path);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function digestInThread(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('digest-thread.ts', import.meta.url), { workerData: path });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread that reads ${path} ended with ${code}`)));
  });
}
