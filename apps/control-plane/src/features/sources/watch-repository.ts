import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { canonicalManifest } from '@cluster-ai/contract/manifest.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Caller } from '../../database/change.ts';
import type { Job } from '../../jobs/periodic.ts';
import type { Plane } from '../../plane.ts';
import { inspectVersion, registerVersion, retireVersion } from '../models/index.ts';
import { readDescription, storeVersionFolder } from './read-version-folder.ts';
import { scanRepository } from './scan-repository.ts';
import type { FoundVersion } from './scan-repository.ts';
import { selectWatchedVersions, updateFingerprint } from './store.ts';
import type { WatchedVersion } from './store.ts';

const caller: Caller = { actor: 'model-repository', requestId: 'job:model-repository' };

/** Problems of the repository as a whole are kept under its own key. */
const wholeFolder = '';

/** Keeps the registry in step with a folder of models, as long as this process runs. */
export function repositoryJob(plane: Plane, folder: string): Job {
  const watcher = createRepositoryWatcher(plane, resolve(folder));
  return { name: 'model-repository', everyMs: plane.config.sources.repositoryPollMs, run: watcher };
}

/**
 * One look at the folder: versions that are new or changed, and have been at rest since the look before, or for as long as
 * from one look to the next, are taken over; those that have been gone since the look before are retired. What goes wrong
 * is kept for each folder and said once, until the folder changes.
 */
function createRepositoryWatcher(plane: Plane, root: string): (signal: AbortSignal) => Promise<void> {
  /** Fingerprints of the look before. */
  let before = new Map<string, string>();
  let missingBefore = new Set<string>();
  /** The fingerprint that was refused, by version. */
  const refused = new Map<string, string>();

  const isAtRest = ({ key, fingerprint, writtenAtMs }: FoundVersion): boolean =>
    before.get(key) === fingerprint || plane.clock.wallMs() - writtenAtMs > plane.config.sources.repositoryPollMs;

  return async (signal) => {
    const scan = await scanRepository(root).catch((error: unknown) => {
      // An unreadable folder is not an empty one: nothing is retired.
      complain(plane, root, wholeFolder, `the model repository ${root} cannot be read: ${messageOf(error)}`, error);
      return null;
    });
    if (scan === null) return;
    settle(plane, root, wholeFolder);
    const registered = new Map((await plane.store.read(selectWatchedVersions)).map((row) => [row.key, row]));
    for (const [key, problem] of scan.problems) complain(plane, root, key, problem, null);

    for (const found of scan.versions) {
      if (signal.aborted) return;
      if (registered.get(found.key)?.fingerprint === found.fingerprint) settle(plane, root, found.key);
      else if (isAtRest(found) && refused.get(found.key) !== found.fingerprint) {
        await takeOver(plane, root, found, registered.get(found.key), refused);
      }
    }

    const keys = new Set([...scan.versions.map((found) => found.key), ...scan.problems.keys()]);
    const isThere = (key: string): boolean => keys.has(key) || scan.problems.has(key.split('/', 1)[0] ?? key);
    const missing = new Set([...registered.keys()].filter((key) => !isThere(key)));
    for (const key of missing) {
      const row = registered.get(key);
      if (row !== undefined && missingBefore.has(key)) await retire(plane, root, row);
    }
    forgetSettled(plane, root, new Set([...keys, ...missing]));
    before = new Map(scan.versions.map((found) => [found.key, found.fingerprint]));
    missingBefore = missing;
  };
}

async function takeOver(
  plane: Plane,
  root: string,
  found: FoundVersion,
  registered: WatchedVersion | undefined,
  refused: Map<string, string>,
): Promise<void> {
  const { bytesMax } = plane.config.uploads;
  try {
    const files = await storeVersionFolder(found, plane.files, bytesMax);
    // Somebody is writing: the next look finds another fingerprint.
    if (files === null) return;
    const digest = createHash('sha256').update(canonicalManifest(files)).digest('hex');
    if (registered?.digest === digest) {
      await plane.store.note((query) => updateFingerprint(query, found, found.fingerprint));
    } else {
      const inspected = await inspectVersion(plane, found.model, files, {});
      const description = await readDescription(join(root, found.model));
      const { model, version, fingerprint } = found;
      await plane.store.change(caller, (change) =>
        registerVersion(change, plane.files, {
          model,
          number: version,
          files,
          ...inspected,
          description,
          fingerprint,
          source: 'repository',
          deploy: 'latest',
        }),
      );
      plane.log.info(
        { model: `${model}@${version}`, digest, replaced: registered?.digest },
        'version taken over from the model repository',
      );
    }
    refused.delete(found.key);
    settle(plane, root, found.key);
  } catch (error) {
    if (!(error instanceof ClusterError) || error.code === 'DATABASE_UNAVAILABLE') throw error;
    // A full disk may have room at the next look; a wrong file stays wrong until it changes.
    if (!error.retryable) refused.set(found.key, found.fingerprint);
    const wayOut = error.fix === undefined ? '' : `; ${error.fix}`;
    const problem = `${found.key} in the model repository is not served: ${error.message}${wayOut}`;
    complain(plane, root, found.key, problem, error);
  }
}

async function retire(plane: Plane, root: string, row: WatchedVersion): Promise<void> {
  const { value: users } = await plane.store.change(caller, (change) => retireVersion(change, row.model, row.version));
  if (users.length === 0) {
    plane.log.info(
      { model: `${row.model}@${row.version}` },
      'version retired: its folder is gone from the model repository',
    );
    return;
  }
  const routes = users.map((name) => `'${name}'`).join(', ');
  complain(
    plane,
    root,
    row.key,
    `${row.key} is gone from the model repository and is kept, because route ${routes} uses it`,
    null,
  );
}

/** Keeps a problem for the overview, and logs it when it is new. */
function complain(plane: Plane, root: string, key: string, problem: string, error: unknown): void {
  const place = join(root, key);
  if (plane.sourceProblems.get(place) === problem) return;
  plane.sourceProblems.set(place, problem);
  plane.log.warn({ folder: place, ...(error === null ? {} : { error }) }, problem);
}

function settle(plane: Plane, root: string, key: string): void {
  plane.sourceProblems.delete(join(root, key));
}

/** Problems of folders that are neither there nor registered have settled themselves. */
function forgetSettled(plane: Plane, root: string, keys: ReadonlySet<string>): void {
  const places = new Set([...keys].map((key) => join(root, key)));
  for (const place of plane.sourceProblems.keys()) {
    if (place.startsWith(`${root}/`) && !places.has(place)) plane.sourceProblems.delete(place);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
