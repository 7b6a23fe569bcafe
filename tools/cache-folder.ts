import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder for what takes long to fetch or build, outside the repository, so that every checkout shares it:
 * under CLUSTER_AI_CACHE, or `~/.cache/cluster-ai`. Whoever uses it makes it, and names what lies there by what it was
 * built from.
 */
export function cacheFolder(...names: readonly string[]): string {
  return join(process.env['CLUSTER_AI_CACHE'] ?? join(homedir(), '.cache', 'cluster-ai'), ...names);
}
