import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { assertModelName } from '@cluster-ai/core/names/model-name.ts';
import type { Plane } from '../../plane.ts';
import { countModels, inspectVersion, registerVersion } from '../models/index.ts';
import type { NewVersion } from '../models/index.ts';
import { readDescription, readVersionFolder, storeVersionFolder, versionNumber } from './read-version-folder.ts';

/** Imports the example models into a registry that never had a model; afterwards they are models like all others. */
export async function importExamples(plane: Plane): Promise<void> {
  if (!(await areWanted(plane))) return;
  const versions: NewVersion[] = [];
  for (const folder of plane.config.sources.examples) versions.push(...(await readExample(plane, resolve(folder))));
  await plane.store.change({ actor: 'system', requestId: 'job:examples' }, async (change) => {
    const marked = await change.query
      .updateTable('installation')
      .set({ examples_imported_at: change.at })
      .where('examples_imported_at', 'is', null)
      .executeTakeFirst();
    // Another control plane, or a person, came first.
    if (marked.numUpdatedRows === 0n || (await countModels(change.query)) > 0) return;
    change.record('examples.import', 'registry', { models: versions.map((version) => version.model) });
    for (const version of versions) await registerVersion(change, plane.files, version);
  });
  plane.log.info({ models: versions.map((version) => version.model) }, 'example models imported');
}

async function areWanted(plane: Plane): Promise<boolean> {
  if (plane.config.sources.examples.length === 0) return false;
  return plane.store.read(async (query) => {
    const row = await query.selectFrom('installation').select('examples_imported_at').executeTakeFirstOrThrow();
    return row.examples_imported_at === null && (await countModels(query)) === 0;
  });
}

/** An example that cannot be read is named, and the others are imported all the same. */
async function readExample(plane: Plane, folder: string): Promise<NewVersion[]> {
  try {
    return await readVersions(plane, folder);
  } catch (error) {
    if (error instanceof ClusterError && error.retryable) throw error;
    plane.sourceProblems.set(folder, `the example model in ${folder} was not imported: ${messageOf(error)}`);
    plane.log.error({ folder, error }, 'an example model was not imported');
    return [];
  }
}

async function readVersions(plane: Plane, folder: string): Promise<NewVersion[]> {
  const model = basename(folder);
  assertModelName(model);
  const description = await readDescription(folder);
  const numbers = (await readdir(folder)).map(versionNumber).filter((number) => number !== null);
  const versions: NewVersion[] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const found = await readVersionFolder(join(folder, String(number)));
    const files = await storeVersionFolder(found, plane.files, plane.config.uploads.bytesMax);
    if (files === null) throw new ClusterError('CONFLICT', 'its files are being written to');
    const inspected = await inspectVersion(plane, model, files, {});
    versions.push({ model, number, files, ...inspected, description, source: 'example', deploy: 'latest' });
  }
  if (versions.length === 0) throw new ClusterError('MODEL_INVALID', 'it has no folder <number>/model.onnx');
  return versions;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
