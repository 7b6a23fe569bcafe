import { readRecord } from '../release-record.ts';
import { readTargetFile } from '../targets/target-file.ts';

/** Prints what happened to a target, oldest first, after the record has proven that no line of it was changed. */
export async function history(targetPath: string): Promise<void> {
  const { name, record } = await readTargetFile(targetPath);
  const entries = await readRecord(record);
  if (entries.length === 0) console.log(`No release has reached ${name} yet (${record}).`);
  for (const { at, by, event, version, detail } of entries) console.log(`${at} ${version} ${event}, ${detail} (${by})`);
}
