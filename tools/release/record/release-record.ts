import { createHash } from 'node:crypto';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';
import { releaseShape } from '../release-manifest.ts';

const noHash = '0'.repeat(64);

const entrySchema = z.strictObject({
  at: z.iso.datetime(),
  /** Who ran the command, as the machine or the workflow knows them. */
  by: z.string().min(1),
  target: z.string().min(1),
  /** `rolled-back`: it never served everybody; `withdrawn`: it did, and the release before it took its place. */
  event: z.enum(['deployed', 'canary', 'shifted', 'judged', 'promoted', 'rolled-back', 'withdrawn']),
  ...releaseShape,
  detail: z.string(),
  /** SHA-256 of the line before; zeros in the first. */
  previous: z.string().regex(/^[0-9a-f]{64}$/),
});

/** One line of the record: what happened to a target, when, by whom, with which digests and verdict. */
export type RecordEntry = z.infer<typeof entrySchema>;
export type RecordEvent = RecordEntry['event'];

/** Where a record lies. */
export interface RecordStore {
  /** As messages name it. */
  readonly where: string;
  /** All of it; empty when there is none yet. */
  read(): Promise<string>;
  /** Puts a line behind `present`, kept for good when this resolves. @throws when it is no longer what is there */
  append(present: string, line: string): Promise<void>;
}

/**
 * Reads a record and checks that each line names the one before it.
 * @throws ClusterError CHECKSUM_MISMATCH where a line was changed, removed or put in
 */
export async function readRecord(store: RecordStore): Promise<readonly RecordEntry[]> {
  return entriesOf(await store.read(), store.where);
}

function entriesOf(text: string, where: string): readonly RecordEntry[] {
  let previous = noHash;
  return linesOf(text).map((line, index) => {
    const entry = parseEntry(line, `${where}:${index + 1}`);
    if (entry.previous !== previous) {
      throw new ClusterError('CHECKSUM_MISMATCH', `${where}:${index + 1} does not follow the line before it`, {
        fix: 'The record was changed by hand. Take it from a backup: nothing is promoted on a record that does not prove itself.',
      });
    }
    previous = hashOf(line);
    return entry;
  });
}

function parseEntry(line: string, where: string): RecordEntry {
  try {
    return entrySchema.parse(JSON.parse(line));
  } catch (error) {
    throw new ClusterError('CHECKSUM_MISMATCH', `${where} is no line of a release record`, { cause: error });
  }
}

/** Adds a line. The record is checked first: nothing is built on a broken one. */
export async function appendRecord(store: RecordStore, entry: Omit<RecordEntry, 'previous'>): Promise<void> {
  const text = await store.read();
  entriesOf(text, store.where);
  const last = linesOf(text).at(-1);
  const previous = last === undefined ? noHash : hashOf(last);
  await store.append(text, `${JSON.stringify(entrySchema.parse({ ...entry, previous }))}\n`);
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

function hashOf(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}
