import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { cacheFolder } from '../cache-folder.ts';
import { lastLines, runProgram } from './run-program.ts';
import { fixtureWriter, scannerProgram } from './scanner-programs.ts';

export type DatabaseKind = 'real' | 'fixture';

/** What a scanner compares with. */
export interface Database {
  readonly kind: DatabaseKind;
  readonly folder: string;
  /** Written into every report, so that nobody takes a fixture for a feed. */
  readonly name: string;
}

const DOWNLOAD_TIMEOUT_MS = 600_000;
const WRITE_TIMEOUT_MS = 60_000;
const records = join(import.meta.dirname, 'fixture-database', 'records.json');

const FIXTURE_NAME = 'FIXTURE of five records, not a feed (tools/security-scan/fixture-database/records.json)';

/** Settings of Grype; its age is judged where the feed is real. */
export const grypeEnvironment = ({ kind, folder }: Database): Readonly<Record<string, string>> => ({
  GRYPE_DB_CACHE_DIR: folder,
  GRYPE_DB_AUTO_UPDATE: 'false',
  GRYPE_DB_VALIDATE_AGE: kind === 'real' ? 'true' : 'false',
  GRYPE_CHECK_FOR_APP_UPDATE: 'false',
  SYFT_CHECK_FOR_APP_UPDATE: 'false',
});

/**
 * The database of Trivy: the newest of its feed, or the fixture.
 *
 * @param scratch where a fixture is written
 * @throws ClusterError SOURCE_UNREACHABLE when the feed does not answer: an old or empty database would pass everything.
 */
export async function trivyDatabase(kind: DatabaseKind, scratch: string): Promise<Database> {
  if (kind === 'fixture') {
    const folder = join(scratch, 'trivy-database');
    await writeFixture('trivy', join(folder, 'db'));
    return { kind, folder, name: FIXTURE_NAME };
  }
  const folder = cacheFolder('trivy-database');
  const args = ['image', '--download-db-only', '--cache-dir', folder, '--skip-version-check', '--disable-telemetry'];
  const { code, stderr } = await runProgram(await scannerProgram('trivy'), args, { timeoutMs: DOWNLOAD_TIMEOUT_MS });
  if (code !== 0) throw unreachable('Trivy', stderr, 'TRIVY_DB_REPOSITORY names a mirror');
  return { kind, folder, name: 'the feed of Trivy' };
}

/** The database of Grype, as {@link trivyDatabase}. */
export async function grypeDatabase(kind: DatabaseKind, scratch: string): Promise<Database> {
  if (kind === 'fixture') {
    const folder = join(scratch, 'grype-database');
    await writeFixture('grype', join(folder, '6'));
    return { kind, folder, name: FIXTURE_NAME };
  }
  const database: Database = { kind, folder: cacheFolder('grype-database'), name: 'the feed of Grype' };
  const { code, stderr } = await runProgram(await scannerProgram('grype'), ['db', 'update'], {
    environment: grypeEnvironment(database),
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
  });
  if (code !== 0) throw unreachable('Grype', stderr, 'GRYPE_DB_UPDATE_URL names a mirror');
  return database;
}

async function writeFixture(name: 'trivy' | 'grype', folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { code, stderr } = await runProgram(await fixtureWriter(name), [records, folder], {
    timeoutMs: WRITE_TIMEOUT_MS,
  });
  if (code !== 0) {
    throw new ClusterError('INTERNAL', `the fixture of ${name} could not be written: ${lastLines(stderr)}`);
  }
}

const unreachable = (name: string, stderr: string, mirror: string): ClusterError =>
  new ClusterError('SOURCE_UNREACHABLE', `the vulnerability feed of ${name} did not answer: ${lastLines(stderr, 2)}`, {
    fix: `Nothing was judged. Reach the feed (${mirror}), or try the gate itself with ARGS="--database fixture".`,
  });
