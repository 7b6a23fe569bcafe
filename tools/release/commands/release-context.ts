import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Release } from '../release-manifest.ts';
import { appendRecord, readRecord, type RecordEntry, type RecordEvent } from '../release-record.ts';
import { parseRelease } from '../release-manifest.ts';
import { ComposeTarget } from '../targets/compose-target.ts';
import { KubernetesTarget } from '../targets/kubernetes-target.ts';
import { runProgram } from '../targets/run-program.ts';
import type { TargetSettings } from '../targets/target-file.ts';
import type { ReleaseTarget } from '../targets/target.ts';

export function targetOf(settings: TargetSettings): ReleaseTarget {
  return settings.kind === 'compose'
    ? new ComposeTarget(settings, runProgram)
    : new KubernetesTarget(settings, runProgram);
}

/** Writes into the target's record and tells the person. */
export function noteOf(settings: TargetSettings, release: Release) {
  const by = whoRuns(process.env);
  return async (event: RecordEvent, detail: string): Promise<void> => {
    const at = new Date().toISOString();
    console.log(`${at} ${settings.name} ${release.version}: ${event}, ${detail}`);
    const { version, revision, builtAt, images } = release;
    await appendRecord(settings.record, {
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
export async function presentRelease(settings: TargetSettings): Promise<Release | null> {
  return promotedReleases(await readRecord(settings.record)).at(-1) ?? null;
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
export async function assertNoUnfinishedCanary(settings: TargetSettings): Promise<void> {
  if (!hasUnfinishedCanary(await readRecord(settings.record))) return;
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
 * @throws ClusterError PRECONDITION_FAILED
 */
export async function assertPassedBefore(settings: TargetSettings, release: Release): Promise<void> {
  if (settings.after === undefined) return;
  const entries = await readRecord(settings.after);
  const passed = promotedReleases(entries).some((candidate) =>
    Object.entries(release.images).every(([name, image]) => digestOf(candidate, name) === image.split('@')[1]),
  );
  if (passed) return;
  throw new ClusterError(
    'PRECONDITION_FAILED',
    `${release.version} with these digests has not passed the target of ${settings.after}`,
    { fix: 'Promote the same release.json there first; what was built again has other digests.' },
  );
}

function digestOf(release: Release, name: string): string | undefined {
  return new Map(Object.entries(release.images)).get(name)?.split('@')[1];
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
