import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { isModelName, nameLengthMax } from '@cluster-ai/core/names/model-name.ts';
import { followInside } from './follow-inside.ts';
import { readVersionFolder, versionNumber } from './read-version-folder.ts';
import type { VersionFolder } from './read-version-folder.ts';

export interface FoundVersion extends VersionFolder {
  readonly model: string;
  readonly version: number;
  /** `<model>/<number>`. */
  readonly key: string;
}

export interface Scan {
  readonly versions: readonly FoundVersion[];
  /** Folders that cannot be models or cannot be read, each with a sentence; a key with a slash is one version. */
  readonly problems: ReadonlyMap<string, string>;
}

/**
 * Lists a model repository: `<model>/<number>/<files>`, and the configuration beside the number folders. A folder that is
 * being changed under the reader is a problem of this scan only.
 * @throws the system's error when the repository itself cannot be read: it must not look empty then.
 */
export async function scanRepository(root: string): Promise<Scan> {
  const versions: FoundVersion[] = [];
  const problems = new Map<string, string>();
  for (const model of (await readdir(root)).filter((name) => !name.startsWith('.')).toSorted()) {
    await attempt(problems, model, async () => {
      if (!(await stat(join(root, model))).isDirectory()) return;
      if (!isModelName(model)) {
        problems.set(
          model,
          `the folder ${JSON.stringify(model)} cannot be a model: a name has 1 to ${nameLengthMax} letters, digits, '.', '_' or '-'`,
        );
        return;
      }
      await followInside(root, join(root, model));
      for (const name of await readdir(join(root, model))) {
        const version = versionNumber(name);
        if (version === null) continue;
        const key = `${model}/${version}`;
        await attempt(problems, key, async () => {
          const folder = join(root, model, name);
          if (!(await followInside(root, folder)).status.isDirectory()) return;
          versions.push({ ...(await readVersionFolder(folder)), model, version, key });
        });
      }
    });
  }
  return { versions: versions.toSorted((a, b) => a.version - b.version), problems };
}

async function attempt(problems: Map<string, string>, key: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const wayOut = error instanceof ClusterError && error.fix !== undefined ? `; ${error.fix}` : '';
    const reason = error instanceof Error ? error.message : String(error);
    problems.set(key, `the folder ${key} cannot be read: ${reason}${wayOut}`);
  }
}
