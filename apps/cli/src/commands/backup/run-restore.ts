import { existsSync, realpathSync } from 'node:fs';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { databaseLabel } from '@cluster-ai/platform/backup/database-session.ts';
import { interruptible } from '../../backup/interruption.ts';
import type { Owner } from '../../backup/owner.ts';
import { readPassphrase } from '../../backup/passphrase.ts';
import type { ArchiveOptions } from '../../backup/read-archive.ts';
import { restoreHome } from '../../backup/restore-home.ts';
import type { RestoredHome } from '../../backup/restore-home.ts';
import { checkArchive } from '../../backup/verify-backup.ts';
import { ask } from '../../output/ask.ts';
import { print } from '../../output/print.ts';
import { bytesText, renderFields, secondsText, timeText } from '../../output/table.ts';
import { giveHome } from '../../up/as-user.ts';
import { embeddedDatabase } from '../../up/settings.ts';
import type { UpSettings } from '../../up/settings.ts';
import { createSystemUser, findSystemUser } from '../../up/system-user.ts';
import type { ConfirmOptions } from '../confirm.ts';
import type { RestoreCommandOptions } from '../restore.ts';
import { archiveOptions } from './archive-options.ts';
import { settingsOf } from './settings-of.ts';

/** Restores a backup and says what became of it. @throws ClusterError of the settings, the archive and the data folder. */
export async function runRestore(path: string, options: RestoreCommandOptions): Promise<void> {
  const beganMs = performance.now();
  const settings = settingsOf(options);
  const passphrase = readPassphrase(options.keyFile, process.env);
  const replace = options.replace === true;
  const withArchive = <T>(label: string, work: (archive: ArchiveOptions) => Promise<T>): Promise<T> =>
    interruptible('the restore', async (check) => {
      const archive = archiveOptions(path, async () => passphrase, { label, check });
      try {
        return await work(archive);
      } finally {
        archive.end();
      }
    });
  if (replace) await confirmReplace(options, settings);
  // Before anything is touched.
  const { description: found } = await withArchive('check', checkArchive);
  process.stderr.write(`restoring the state of ${timeText(found.createdAt)}\n`);
  const { home, owner } = dataFolder(settings);
  const restored = await withArchive('restore', (archive) => restoreHome({ archive, settings, home, owner, replace }));
  const durationMs = Math.round(performance.now() - beganMs);
  const { description, epoch, rows, files, fileBytes, missingFiles, secrets, migrated, replaced } = restored;
  const data = {
    home: settings.home,
    createdAt: description.createdAt,
    epoch,
    epochBefore: description.epoch,
    tables: description.tables.length,
    rows,
    files,
    fileBytes,
    missingFiles,
    secrets: [...secrets.keys()],
    migrated,
    replaced,
    durationMs,
  };
  print(options.output, data, () => report(restored, settings.home, durationMs));
  process.stderr.write(`${advice(restored).join('\n')}\n`);
}

async function confirmReplace({ yes }: ConfirmOptions, settings: UpSettings): Promise<void> {
  if (yes === true) return;
  const what = whatGoes(settings);
  if (!process.stdin.isTTY) {
    throw new ClusterError(
      'CONFIG_INVALID',
      `replacing ${what} must be confirmed, and there is no terminal to ask on`,
      {
        fix: 'add --yes',
      },
    );
  }
  const typed = await ask({ text: `This puts the backup in the place of ${what}. Type replace to go on: ` });
  if (typed.trim() !== 'replace') throw new ClusterError('CANCELLED', 'nothing was changed: it was not confirmed');
}

/** A database of somebody's own is emptied; what the data folder holds is kept aside. */
function whatGoes({ home, controlPlane }: UpSettings): string {
  const { url } = controlPlane.value.database;
  if (url === embeddedDatabase) return `what is in ${home}`;
  return `what the database ${databaseLabel(url)} holds, which is lost for good, and of the tokens and keys of ${home}`;
}

/** Under root the folder belongs to the system user that `up` runs as. */
function dataFolder({ home, up }: UpSettings): { home: string; owner: Owner } {
  if (process.getuid?.() !== 0) return { home: existsSync(home) ? realpathSync(home) : home, owner: null };
  const owner = findSystemUser(up.value.user) ?? createSystemUser(up.value.user);
  const line = (text: string): void => void process.stderr.write(`${text}\n`);
  return { home: giveHome(home, owner, { line }), owner };
}

function report(restored: RestoredHome, home: string, durationMs: number): string {
  const { description, epoch, rows, files, fileBytes, migrated, replaced } = restored;
  return renderFields({
    home,
    'state of': `${timeText(description.createdAt)}, snapshot ${description.snapshotVersion}`,
    'new epoch': epoch,
    database: `${rows} rows in ${description.tables.length} tables, read back the same`,
    'model files': `${files}, ${bytesText(fileBytes)} written`,
    migrated: migrated.length === 0 ? 'not needed' : migrated.join(', '),
    ...(replaced === null ? {} : { 'kept aside': replaced }),
    took: secondsText(durationMs),
  });
}

function advice({ description, missingFiles, replaced }: RestoredHome): string[] {
  const since = timeText(description.createdAt);
  return [
    ...(missingFiles.length === 0
      ? []
      : [`warning: ${missingFiles.length} model files are not in the backup; push their versions again`]),
    `keys and people are as they were at ${since}: what was revoked or disabled since then must be so again`,
    'everybody signs in again; invitations and set-up codes of before the backup have ended',
    ...(replaced === null ? [] : [`when all is well, remove ${replaced}`]),
    'next: cluster-ai up',
  ];
}
