import { writeFile } from 'node:fs/promises';
import { readRecord } from '../record/release-record.ts';
import { openPlace } from './release-context.ts';

/**
 * Prints what happened to a target, oldest first, after the record has proven that no line of it was changed.
 * @param copyTo a file that the record is copied to as it is
 */
export async function history(targetPath: string, copyTo: string | undefined): Promise<void> {
  const { settings, record } = await openPlace(targetPath);
  const entries = await readRecord(record);
  if (entries.length === 0) console.log(`No release has reached ${settings.name} yet (${record.where}).`);
  for (const { at, by, event, version, detail } of entries) console.log(`${at} ${version} ${event}, ${detail} (${by})`);
  if (copyTo !== undefined) await writeFile(copyTo, await record.read());
}
