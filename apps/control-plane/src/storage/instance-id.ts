import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { controlPlaneFiles } from '@cluster-ai/contract/control-plane-files.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { systemCode } from './storage-errors.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Which control plane this data folder belongs to: the same after a restart.
 * @throws ClusterError CONFIG_INVALID when the file that says so is damaged.
 */
export async function readInstanceId(home: string): Promise<string> {
  await mkdir(home, { recursive: true, mode: 0o750 });
  const path = join(home, controlPlaneFiles.instanceId);
  const id = await readFile(path, 'utf8').catch(async (error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error;
    const made = randomUUID();
    await writeFile(path, `${made}\n`, { mode: 0o640 });
    return made;
  });
  if (uuid.test(id.trim())) return id.trim();
  throw new ClusterError('CONFIG_INVALID', `${path} is damaged: it holds no instance id`, {
    fix: 'remove it; a new one is made at the next start',
  });
}
