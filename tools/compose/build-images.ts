import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Engine } from './engine.ts';
import type { ComposeSettings } from './settings.ts';

/** The variable with the reference of each image, and what it is built from. */
const dockerfiles = {
  CLUSTER_AI_CONTROL_PLANE_IMAGE: 'apps/control-plane/Dockerfile',
  CLUSTER_AI_GATEWAY_IMAGE: 'apps/gateway/Dockerfile',
  CLUSTER_AI_DASHBOARD_IMAGE: 'web-dashboard/Dockerfile',
  CLUSTER_AI_CLI_IMAGE: 'apps/cli/Dockerfile',
} as const;

/**
 * Builds the images that the production set starts, under the names by which it looks for them.
 * @param words further ones for `docker build`: other bases, secrets of the build
 * @throws ClusterError PREREQUISITE_MISSING, or INTERNAL when a build fails: the engine has said why.
 */
export function buildImages(engine: Engine, { root, env }: ComposeSettings, words: readonly string[]): void {
  for (const [variable, dockerfile] of Object.entries(dockerfiles)) {
    const reference = env[variable] ?? '';
    if (!existsSync(join(root, dockerfile))) {
      throw new ClusterError('PREREQUISITE_MISSING', `${dockerfile} is not in this checkout`, {
        fix: 'images are built from a whole checkout',
      });
    }
    if (reference.includes('@')) {
      throw new ClusterError('CONFIG_INVALID', `${variable} names an image by digest: ${reference}`, {
        fix: 'what has a digest was built before; leave the variable out to build one here',
      });
    }
    console.log(`${reference} from ${dockerfile}`);
    engine.build(dockerfile, reference, words);
  }
}
