import { createHash } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';
import { releaseShape } from './release-manifest.ts';

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

/**
 * Reads a record and checks that each line names the one before it.
 * @throws ClusterError CHECKSUM_MISMATCH where a line was changed, removed or put in
 */
export async function readRecord(path: string): Promise<readonly RecordEntry[]> {
  return entriesOf(await textOf(path), path);
}

function entriesOf(text: string, path: string): readonly RecordEntry[] {
  let previous = noHash;
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const entry = parseEntry(line, `${path}:${index + 1}`);
      if (entry.previous !== previous) {
        throw new ClusterError('CHECKSUM_MISMATCH', `${path}:${index + 1} does not follow the line before it`, {
          fix: 'The record was changed by hand. Take it from a backup; nothing is promoted on a record that does not prove itself.',
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

/** Adds a line, on disk when this resolves. The record is checked first: nothing is built on a broken one. */
export async function appendRecord(path: string, entry: Omit<RecordEntry, 'previous'>): Promise<void> {
  const text = await textOf(path);
  entriesOf(text, path);
  const last = text.split('\n').findLast((line) => line !== '');
  const line = JSON.stringify(entrySchema.parse({ ...entry, previous: last === undefined ? noHash : hashOf(last) }));
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a', 0o644);
  try {
    // A line that a crash has cut short stays visible as a broken one, and is not continued.
    await file.write(`${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function hashOf(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}
