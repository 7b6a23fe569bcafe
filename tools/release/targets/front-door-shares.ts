import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { renderFrontDoorSettings } from '../../front-door/render-settings.ts';
import type { Docker } from './docker.ts';

const stable = 'inference-gateway';
const canary = 'inference-gateway-canary';
const chosen = 'upstreams.conf';
const newWorkersWithinMs = 20_000;
const lookEveryMs = 200;

/** What the front door's settings say of the gateways when the canary gets this share of the requests. */
function gatewayVariables(percent: number): Readonly<Record<string, string>> {
  const groups = (port: number): string => {
    if (percent === 0) return `${stable}:${port}`;
    return percent === 100 ? `${canary}:${port}` : `${stable}:${port} ${canary}:${port}=${percent}`;
  };
  return { CLUSTER_AI_GATEWAYS: groups(8000), CLUSTER_AI_GATEWAYS_GRPC: groups(8001) };
}

/**
 * Writes how the requests are divided into the folder that the front door reads. A folder without settings gets all of
 * them: the front door would not start with one alone.
 */
export async function writeShares(
  folder: string,
  percent: number,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = renderFrontDoorSettings({ ...environment, ...gatewayVariables(percent) });
  const present = await readdir(folder);
  for (const [name, text] of files) {
    if (name !== chosen && present.includes(name)) continue;
    const partial = join(folder, `${name}.partial`);
    await writeFile(partial, text, { mode: 0o644 });
    // In place of the one before at once: nobody reads half of it.
    await rename(partial, join(folder, name));
  }
}

/**
 * Lets a front door read its settings again: what was begun ends as it was, what comes goes by the new ones.
 * @returns when it does; nginx keeps the old ones where it cannot use the new, so that is looked at first
 * @throws ClusterError CONFLICT with what nginx says, DEADLINE_EXCEEDED
 */
export async function readAgain(docker: Docker, frontDoor: string): Promise<void> {
  await docker.exec(frontDoor, ['/usr/sbin/nginx', '-t', '-q', '-e', 'stderr']);
  const before = new Set(await docker.workers(frontDoor));
  await docker.signal(frontDoor, 'HUP');
  const startedAtMs = performance.now();
  for (;;) {
    const now = await docker.workers(frontDoor);
    if (now.length > 0 && now.every((pid) => !before.has(pid))) return;
    if (performance.now() - startedAtMs > newWorkersWithinMs) {
      throw new ClusterError('DEADLINE_EXCEEDED', `the front door ${frontDoor} did not take its new settings`, {
        fix: 'Its log says why.',
      });
    }
    await pause(lookEveryMs);
  }
}
