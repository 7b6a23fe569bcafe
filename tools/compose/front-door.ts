import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderFrontDoorSettings } from '../front-door/render-settings.ts';
import type { ComposeSettings } from './settings.ts';

/** Where the production set mounts the certificate of the front door. */
export const certificateInContainer = {
  CLUSTER_AI_TLS_CERT_FILE: '/run/secrets/tls_cert',
  CLUSTER_AI_TLS_KEY_FILE: '/run/secrets/tls_key',
} as const;

/**
 * Writes the settings of nginx from the environment and `.env`, with TLS unless both variables are empty there, into a
 * folder of this project. A folder that is named in CLUSTER_AI_FRONT_DOOR is somebody else's and stays as it is.
 * @returns the settings with which compose finds the folder.
 * @throws ClusterError CONFIG_INVALID naming the variable that cannot be used.
 */
export function writeFrontDoor(settings: ComposeSettings): ComposeSettings {
  const { root, env, sets } = settings;
  if ((env['CLUSTER_AI_FRONT_DOOR'] ?? '') !== '') return settings;
  const folder = join(root, '.cache', 'compose', sets.prod.project, 'front-door');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of renderFrontDoorSettings({ ...certificateInContainer, ...env })) {
    // nginx may be reading it.
    const partial = join(folder, `.${name}.partial`);
    writeFileSync(partial, text);
    renameSync(partial, join(folder, name));
  }
  return { ...settings, env: { ...env, CLUSTER_AI_FRONT_DOOR: folder } };
}
