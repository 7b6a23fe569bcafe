import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { namedFiles } from '@cluster-ai/core/model-configuration/check-fit.ts';
import { assertFilePath } from '@cluster-ai/core/names/file-path.ts';
import { Findings } from '@cluster-ai/protocols/model-configuration/findings.ts';
import { configurationBytesMax } from '@cluster-ai/protocols/model-configuration/read-files.ts';
import {
  configurationFileNames,
  readConfigurationFile,
} from '@cluster-ai/protocols/model-configuration/version-configuration.ts';
import { systemCode } from '../../storage/storage-errors.ts';
import { followInside } from './follow-inside.ts';
import { foundFile } from './found-file.ts';
import type { FoundFile } from './found-file.ts';

/**
 * The configuration in a model's folder, and the files that it names: labels, first states, samples for warming up. Empty
 * without a configuration; one that cannot be read stands alone, and is refused where the version is registered.
 */
export async function readConfigurationFiles(modelFolder: string): Promise<FoundFile[]> {
  for (const name of configurationFileNames) {
    const file = await find(modelFolder, name);
    if (file === null) continue;
    const named = file.size > configurationBytesMax ? [] : pathsIn(name, await readFile(file.source));
    const found = await Promise.all(named.map((path) => find(modelFolder, path)));
    return [file, ...found.filter((each) => each !== null)];
  }
  return [];
}

function pathsIn(name: string, bytes: Uint8Array): string[] {
  try {
    const { configuration } = readConfigurationFile(name, bytes, null, new Findings());
    const paths = [...new Set(namedFiles(configuration).map(({ path }) => path))];
    // A path that leads elsewhere must not be followed; that its file is missing is said later.
    return paths.filter((path) => isInside(path));
  } catch (thrown) {
    if (thrown instanceof ClusterError) return [];
    throw thrown;
  }
}

function isInside(path: string): boolean {
  try {
    assertFilePath(path);
    return true;
  } catch (thrown) {
    if (thrown instanceof ClusterError) return false;
    throw thrown;
  }
}

/** Null when there is no such file. */
async function find(modelFolder: string, path: string): Promise<FoundFile | null> {
  try {
    const { source, status } = await followInside(dirname(modelFolder), join(modelFolder, path));
    return status.isFile() ? foundFile(path, source, status) : null;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return null;
    throw error;
  }
}
