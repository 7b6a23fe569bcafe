import type { Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';

/**
 * What really lies at a path of a model repository. Links inside of it are followed: mounted folders are made of them.
 * One that leads out is not: whoever may write models would read, as a file of a model, whatever this program may.
 * @returns the path without links. @throws ClusterError MODEL_INVALID, and the system's error where nothing is there.
 */
export async function followInside(
  repository: string,
  path: string,
): Promise<{ readonly source: string; readonly status: Stats }> {
  const source = await realpath(path);
  const way = relative(await realpath(repository), source);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
    throw new ClusterError('MODEL_INVALID', `${path} is a link that leads out of the model repository`, {
      fix: 'put what it leads to there itself: cp -rL copies so',
    });
  }
  return { source, status: await stat(source) };
}
