import { interruptible } from '../../backup/interruption.ts';
import { scratchOwner } from '../../backup/owner.ts';
import { readPassphrase } from '../../backup/passphrase.ts';
import { checkArchive, rehearseRestore } from '../../backup/verify-backup.ts';
import type { Restored } from '../../backup/restore-archive.ts';
import type { ReadParts } from '../../backup/read-archive.ts';
import { print } from '../../output/print.ts';
import { bytesText, renderFields, secondsText, timeText } from '../../output/table.ts';
import { archiveOptions } from './archive-options.ts';
import type { VerifyOptions } from './verify.ts';

interface Outcome {
  readonly read: ReadParts;
  /** Null when only digests were compared. */
  readonly restored: Restored | null;
}

/** Reads and restores a backup elsewhere, and says what was found. @throws ClusterError of the archive. */
export async function runVerify(path: string, options: VerifyOptions): Promise<void> {
  const beganMs = performance.now();
  const passphrase = readPassphrase(options.keyFile, process.env);
  const digestsOnly = options.digestsOnly === true;
  const { read, restored } = await interruptible('the check', async (check): Promise<Outcome> => {
    const archive = archiveOptions(path, async () => passphrase, { label: 'verify', check });
    try {
      if (digestsOnly) return { read: await checkArchive(archive), restored: null };
      const restored = await rehearseRestore(archive, scratchOwner(options.user), options.scratch);
      return { read: restored, restored };
    } finally {
      archive.end();
    }
  });
  const durationMs = Math.round(performance.now() - beganMs);
  const { description, encrypted, parts, bytes } = read;
  const data = {
    file: path,
    intact: true,
    bytes,
    parts,
    encrypted,
    createdAt: description.createdAt,
    program: description.program,
    postgres: description.postgres,
    snapshotVersion: description.snapshotVersion,
    migration: description.migrations.at(-1)?.name ?? '',
    restored:
      restored === null
        ? null
        : {
            tables: description.tables.length,
            rows: restored.rows,
            files: restored.files,
            fileBytes: restored.fileBytes,
            migrated: restored.migrated,
          },
    durationMs,
  };
  print(options.output, data, () =>
    renderFields({
      file: path,
      intact: `yes: ${parts} parts, ${bytesText(bytes)}`,
      'state of': `${timeText(description.createdAt)}, snapshot ${description.snapshotVersion}, ${data.migration}`,
      encrypted: encrypted ? 'yes' : 'no',
      restored:
        restored === null
          ? 'not tried'
          : `${restored.rows} rows in ${description.tables.length} tables and ${restored.files} model files read back the same`,
      took: secondsText(durationMs),
    }),
  );
}
