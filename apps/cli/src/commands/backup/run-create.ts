import { statSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { forgetOldBackups, newBackupName } from '../../backup/backup-folder.ts';
import { interruptible } from '../../backup/interruption.ts';
import { makeBackup } from '../../backup/make-backup.ts';
import type { MadeBackup } from '../../backup/make-backup.ts';
import { noteBackup } from '../../backup/note-backup.ts';
import { readPassphrase } from '../../backup/passphrase.ts';
import { openSource } from '../../backup/source.ts';
import { print } from '../../output/print.ts';
import { startProgress } from '../../output/progress.ts';
import { bytesText, renderFields, secondsText, timeText } from '../../output/table.ts';
import type { CreateOptions } from './create.ts';
import { settingsOf } from './settings-of.ts';

/** Makes a backup and says what is in it. @throws ClusterError of the settings, the database and the files. */
export async function runCreate(given: string, options: CreateOptions): Promise<void> {
  const beganMs = performance.now();
  const settings = settingsOf(options);
  const passphrase = readPassphrase(options.keyFile, process.env);
  const folder = statSync(given, { throwIfNoEntry: false })?.isDirectory() === true ? given : null;
  if (folder === null && options.keep !== undefined) {
    throw new ClusterError('CONFIG_INVALID', `--keep needs a folder, and ${given} is none`, {
      fix: `make it first: mkdir -p ${given}`,
    });
  }
  const path = folder === null ? given : join(folder, newBackupName(new Date()));
  const source = await openSource(settings);
  let made: MadeBackup;
  let notNoted: string | null;
  try {
    made = await watched((onProgress) =>
      makeBackup(source, {
        path,
        passphrase,
        skipDamaged: options.skipDamaged ?? false,
        program: packageJson.version,
        onProgress,
      }),
    );
    notNoted = await noteBackup(source.databaseUrl, made);
  } finally {
    await source.close();
  }
  const removed = folder === null || options.keep === undefined ? [] : forgetOldBackups(folder, options.keep);
  const durationMs = Math.round(performance.now() - beganMs);
  print(options.output, { ...made, noted: notNoted === null, removed, durationMs }, () => report(made, durationMs));
  for (const name of removed) process.stderr.write(`removed ${name}\n`);
  warnOf(made, notNoted);
}

/** With a bar on the terminal, and ended by a signal. */
async function watched<T>(work: (onProgress: (done: number, total: number) => void) => Promise<T>): Promise<T> {
  let bar: ReturnType<typeof startProgress> | null = null;
  try {
    return await interruptible('the backup', (check) =>
      work((done, total) => {
        check();
        bar ??= startProgress('backup, about', total);
        bar.update(done);
      }),
    );
  } finally {
    // It was set inside the callback, which the compiler does not follow.
    (bar as ReturnType<typeof startProgress> | null)?.end();
  }
}

function report(made: MadeBackup, durationMs: number): string {
  return renderFields({
    file: made.file,
    size: bytesText(made.bytes),
    encrypted: made.encrypted ? 'yes' : 'no',
    'state of': timeText(made.createdAt),
    snapshot: String(made.snapshotVersion),
    database: `${made.rows} rows in ${made.tables} tables, PostgreSQL ${made.postgres}, ${made.migration}`,
    'model files': `${made.files}, ${bytesText(made.fileBytes)}`,
    manifest: made.manifestSha256,
    took: secondsText(durationMs),
  });
}

function warnOf({ encrypted, skippedFiles, missingSecrets }: MadeBackup, notNoted: string | null): void {
  const warnings = [
    ...(encrypted ? [] : ['it holds tokens and keys and is not encrypted: keep it private, or use --key-file']),
    ...skippedFiles.map((sha256) => `the model file ${sha256} is missing or damaged, and is not in the backup`),
    ...missingSecrets.map(({ name, path }) => `${name} is not in the backup: there is no ${path}`),
    ...(notNoted === null ? [] : [`the audit log will not mention this backup: ${notNoted}`]),
  ];
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
}
