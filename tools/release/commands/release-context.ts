import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { configMapRecord } from '../record/config-map-record.ts';
import { fileRecord } from '../record/file-record.ts';
import {
  appendRecord,
  readRecord,
  type RecordEntry,
  type RecordEvent,
  type RecordStore,
} from '../record/release-record.ts';
import { parseRelease, runsTheSame, type Release } from '../release-manifest.ts';
import { kubernetesTools } from '../../kubernetes-tools.ts';
import { ComposeTarget } from '../targets/compose-target.ts';
import { KubernetesTarget, kubectlCommand } from '../targets/kubernetes-target.ts';
import { runProgram } from '../targets/run-program.ts';
import { readTargetFile, type TargetSettings } from '../targets/target-file.ts';
import type { ReleaseTarget } from '../targets/target.ts';

/** What a command works with: the target, its file and its record. */
export interface Place {
  readonly settings: TargetSettings;
  readonly target: ReleaseTarget;
  readonly record: RecordStore;
}

export async function openPlace(targetPath: string): Promise<Place> {
  const settings = await readTargetFile(targetPath);
  if (settings.kind === 'compose') {
    return { settings, target: new ComposeTarget(settings, runProgram), record: fileRecord(settings.record) };
  }
  useKubeconfigOf(process.env);
  const programs = await kubernetesTools();
  const record = configMapRecord(kubectlCommand(settings, programs), settings.record, runProgram);
  return { settings, target: new KubernetesTarget(settings, programs, runProgram), record };
}

/** A workflow has its kubeconfig as text, and kubectl and helm want a file: it is there as long as this process. */
function useKubeconfigOf(env: NodeJS.ProcessEnv): void {
  const { CLUSTER_AI_KUBECONFIG: text } = env;
  if (text === undefined || text === '') return;
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-kubeconfig-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'config');
  writeFileSync(path, text, { mode: 0o600 });
  Object.assign(env, { KUBECONFIG: path, CLUSTER_AI_KUBECONFIG: '' });
}

/** Writes into the target's record and tells the person. */
export function noteOf({ settings, record }: Place, release: Release) {
  const by = whoRuns(process.env);
  return async (event: RecordEvent, detail: string): Promise<void> => {
    const at = new Date().toISOString();
    console.log(`${at} ${settings.name} ${release.version}: ${event}, ${detail}`);
    const { version, revision, builtAt, images } = release;
    await appendRecord(record, {
      at,
      by,
      target: settings.name,
      event,
      version,
      revision,
      builtAt,
      images,
      detail,
    });
  };
}

/** The workflow's name for the person, or the user of this machine. */
function whoRuns(env: NodeJS.ProcessEnv): string {
  const { GITHUB_ACTOR: actor, GITHUB_RUN_ID: run } = env;
  return actor === undefined ? userInfo().username : `${actor} (run ${run ?? 'unknown'})`;
}

/** The release that serves a target, by its record: the last that was promoted and not taken back. */
export async function presentRelease({ record }: Place): Promise<Release | null> {
  return promotedReleases(await readRecord(record)).at(-1) ?? null;
}

/** Releases that were promoted, in order, without those that were taken back afterwards. */
export function promotedReleases(entries: readonly RecordEntry[]): readonly Release[] {
  const promoted: Release[] = [];
  for (const entry of entries) {
    if (entry.event === 'promoted') promoted.push(releaseOf(entry));
    if (entry.event === 'withdrawn') promoted.pop();
  }
  return promoted;
}

/** True when the last canary of a record has neither reached everybody nor been taken back: its run was killed. */
export function hasUnfinishedCanary(entries: readonly RecordEntry[]): boolean {
  const begun = entries.findLastIndex(({ event }) => event === 'canary');
  if (begun === -1) return false;
  return !entries.slice(begun).some(({ event }) => event === 'promoted' || event === 'rolled-back');
}

/** @throws ClusterError PRECONDITION_FAILED with what to do about it */
export async function assertNoUnfinishedCanary({ settings, record }: Place): Promise<void> {
  if (!hasUnfinishedCanary(await readRecord(record))) return;
  throw new ClusterError(
    'PRECONDITION_FAILED',
    `the last canary at ${settings.name} was neither promoted nor rolled back`,
    {
      fix: 'Run make release-rollback for this target first.',
    },
  );
}

function releaseOf({ version, revision, builtAt, images }: RecordEntry): Release {
  return parseRelease(JSON.stringify({ version, revision, builtAt, images }), 'the record');
}

/**
 * Nothing reaches a target that has not passed the one before it: the same digests, verified there.
 * @param passed a copy of that one's record, where the record itself cannot be read from here
 * @throws ClusterError PRECONDITION_FAILED
 */
export async function assertPassedBefore(
  { settings }: Place,
  release: Release,
  passed: string | undefined,
): Promise<void> {
  if (settings.after === undefined) return;
  const record = passed === undefined ? (await openPlace(settings.after)).record : fileRecord(passed);
  const before = promotedReleases(await readRecord(record));
  if (before.some((candidate) => runsTheSame(candidate, release))) return;
  throw new ClusterError(
    'PRECONDITION_FAILED',
    `${release.version} with these digests has not passed ${settings.after} (${record.where})`,
    { fix: 'Promote the same release.json there first; what was built again has other digests.' },
  );
}

/** The commit of the checkout. @throws ClusterError when files were changed: nobody could build it again */
export function revisionOf(root: string): string {
  const git = (...words: string[]): string => execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim();
  if (git('status', '--porcelain', '--untracked-files=no') !== '') {
    throw new ClusterError('PRECONDITION_FAILED', 'files of the checkout were changed and not committed', {
      fix: 'Commit them: a release names the commit that it was built from.',
    });
  }
  return git('rev-parse', 'HEAD');
}
