import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { linkLayers } from '../images/oci-layout.ts';
import { readGitleaksReport } from '../readers/gitleaks-report.ts';
import { lastLines, runProgram } from '../run-program.ts';
import { scannerProgram, scannerVersion } from '../scanner-programs.ts';
import { done, notRun, type Outcome } from './check.ts';
import type { Subject } from './vulnerabilities.ts';

const SCAN_TIMEOUT_MS = 900_000;
const GIT_TIMEOUT_MS = 30_000;
/** A layer, what is packed in it, and what is packed in that. */
const ARCHIVE_DEPTH = 3;

interface Where {
  readonly scratch: string;
  /** Of gitleaks, with what is known to be none. */
  readonly configuration: string;
}

/** Every commit that the present one comes from: what was taken out again is still there for all to read. */
export async function secretsInHistory(root: string, where: Where): Promise<Outcome> {
  const name = 'secrets: history';
  const git = await runProgram('git', ['rev-parse', '--is-shallow-repository'], {
    cwd: root,
    timeoutMs: GIT_TIMEOUT_MS,
  });
  if (git.code !== 0) return notRun(name, 'this is no checkout of git');
  if (git.stdout.trim() === 'true') {
    throw new ClusterError('PREREQUISITE_MISSING', 'this checkout has a part of the history only', {
      fix: 'Fetch it whole: git fetch --unshallow (in a workflow: fetch-depth: 0).',
    });
  }
  const problems = await gitleaks(['git'], root, where, (text) => readGitleaksReport(text, 'the history'));
  return done(name, `gitleaks ${scannerVersion('gitleaks')} over every commit`, { problems });
}

/** What lies in the tree now, committed or not. */
export async function secretsInTree(subject: Subject, where: Where): Promise<Outcome> {
  const problems = await gitleaks(['dir'], subject.folder, where, (text) => readGitleaksReport(text, subject.name));
  return done(`secrets: ${subject.name}`, `gitleaks ${scannerVersion('gitleaks')}`, { problems });
}

/** Every layer by itself, so that what a later one deletes is found, too, and the settings of the image. */
export async function secretsInLayers(subject: Subject, where: Where): Promise<Outcome> {
  const folder = await mkdtemp(join(where.scratch, 'layers-'));
  const count = await linkLayers(subject.folder, folder);
  // gitleaks writes an archive and a path in it with '!' between.
  const problems = await gitleaks(['dir', '--max-archive-depth', String(ARCHIVE_DEPTH)], folder, where, (text) =>
    readGitleaksReport(text, subject.name, (path) => path.replace('!', ': ')),
  );
  await rm(folder, { recursive: true });
  return done(`secrets: layers of ${subject.name}`, `gitleaks ${scannerVersion('gitleaks')} over ${count} layers`, {
    problems,
  });
}

/** @param folder from which its paths are told, so that those of gitleaks.toml fit */
async function gitleaks<T>(
  what: readonly string[],
  folder: string,
  { scratch, configuration }: Where,
  read: (report: string) => T,
): Promise<T> {
  const report = join(await mkdtemp(join(scratch, 'gitleaks-')), 'report.json');
  // A comment beside a secret must not make it none: --ignore-gitleaks-allow.
  const fixed = ['--no-banner', '--no-color', '--redact=100', '--ignore-gitleaks-allow', '--exit-code', '0'];
  const args = [...what, '.', ...fixed, '--config', configuration, '--report-format', 'json', '--report-path', report];
  const { code, stderr } = await runProgram(await scannerProgram('gitleaks'), args, {
    cwd: folder,
    timeoutMs: SCAN_TIMEOUT_MS,
  });
  if (code !== 0) throw new ClusterError('INTERNAL', `gitleaks ended with ${code}: ${lastLines(stderr)}`);
  return read(await readFile(report, 'utf8'));
}
