import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';
import { programFiles } from '@cluster-ai/platform/process/program-files.ts';
import { KnownDigests } from './known-digests.ts';

/** From this size on a file is read by a thread: below it the start of one would cost more. */
const threadFromBytes = 4 * 2 ** 20;

const known = new KnownDigests();

/**
 * The SHA-256 of a file, in hexadecimal. Model files are checked at every load, and a second's worth of them must not
 * stand between the requests of others: large ones are read by a thread of their own, of low priority, and not again
 * within some minutes while nobody has written to them.
 * @throws Error of the file system.
 */
export async function fileDigest(path: string, sizeBytes: number): Promise<string> {
  if (sizeBytes >= threadFromBytes) return digestOfLarge(path);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function digestOfLarge(path: string): Promise<string> {
  const before = await stat(path, { bigint: true });
  const found = known.find(before, Date.now());
  if (found !== null) return found;
  const startedAtMs = Date.now();
  const digest = await digestInThread(path);
  known.keep(before, await stat(path, { bigint: true }), digest, startedAtMs);
  return digest;
}

function digestInThread(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(programFiles.digestThread, { workerData: path });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread that reads ${path} ended with ${code}`)));
  });
}
