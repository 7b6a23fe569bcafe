import { resolve } from 'node:path';
import { Command } from 'commander';
import { interruptible } from '../../backup/interruption.ts';
import { scratchOwner } from '../../backup/owner.ts';
import { readPassphrase } from '../../backup/passphrase.ts';
import { checkArchive, rehearseRestore } from '../../backup/verify-backup.ts';
import type { Restored } from '../../backup/restore-archive.ts';
import type { ReadParts } from '../../backup/read-archive.ts';
import { print } from '../../output/print.ts';
import { bytesText, renderFields, secondsText, timeText } from '../../output/table.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { archiveOptions } from './archive-options.ts';
import { withKeyFile } from './options.ts';

interface VerifyOptions extends GlobalOptions {
  readonly keyFile?: string;
  readonly digestsOnly?: boolean;
  readonly scratch?: string;
  readonly user: string;
}

interface Outcome {
  readonly read: ReadParts;
  /** Null when only digests were compared. */
  readonly restored: Restored | null;
}

export function backupVerifyCommand(): Command {
  const command = new Command('verify')
    .description('Restore a backup into a database and a folder of its own, compare, and remove them again')
    .argument('<file>', 'the backup')
    .option('--digests-only', 'read and check every byte, and restore nothing')
    .option('--scratch <folder>', 'where the restore takes its room (default: the temporary folder)')
    .option('--user <name>', 'system user that the database runs as when root asks', 'cluster-ai')
    .action(async (file: string, _flags, command: Command) => {
      await verify(resolve(file), command.optsWithGlobals<VerifyOptions>());
    });
  return withExamples(
    withKeyFile(command),
    'cluster-ai backup verify /var/backups/cluster-ai/cluster-ai-20260131T120000Z.backup --key-file backup.key',
  );
}

async function verify(path: string, options: VerifyOptions): Promise<void> {
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
