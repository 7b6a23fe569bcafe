import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderFrontDoorSettings } from '../front-door/render-settings.ts';
import type { ComposeSettings } from './settings.ts';

/** Where the production set mounts the certificate of the front door. */
export const certificateInContainer = {
  CLUSTER_AI_TLS_CERT_FILE: '/run/secrets/tls_cert',
  CLUSTER_AI_TLS_KEY_FILE: '/run/secrets/tls_key',
} as const;

/** True when the environment names a folder of settings, which is then somebody else's. */
const isNamed = ({ env }: ComposeSettings): boolean => (env['CLUSTER_AI_FRONT_DOOR'] ?? '') !== '';

/** The folder of nginx's settings that belongs to a project. */
export function frontDoorFolder({ root, sets }: ComposeSettings): string {
  return join(root, '.cache', 'compose', sets.prod.project, 'front-door');
}

/**
 * Writes the settings of nginx from the environment and `.env`, with TLS unless both variables are empty there, into a
 * folder of this project. A folder that is named in CLUSTER_AI_FRONT_DOOR stays as it is.
 * @param gateway the only one that requests are given to, where not all are.
 * @returns the settings with which compose finds the folder.
 * @throws ClusterError CONFIG_INVALID naming the variable that cannot be used.
 */
export function writeFrontDoor(settings: ComposeSettings, gateway?: string): ComposeSettings {
  if (isNamed(settings)) return settings;
  const { env } = settings;
  const only =
    gateway === undefined
      ? {}
      : { CLUSTER_AI_GATEWAYS: `${gateway}:8000`, CLUSTER_AI_GATEWAYS_GRPC: `${gateway}:8001` };
  const folder = frontDoorFolder(settings);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of renderFrontDoorSettings({ ...certificateInContainer, ...env, ...only })) {
    // nginx may be reading it.
    const partial = join(folder, `.${name}.partial`);
    writeFileSync(partial, text);
    renameSync(partial, join(folder, name));
  }
  return { ...settings, env: { ...env, CLUSTER_AI_FRONT_DOOR: folder } };
}
