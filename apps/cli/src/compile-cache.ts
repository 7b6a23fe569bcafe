import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where Node keeps what it made of our sources, which halves the time of a command: NODE_COMPILE_CACHE, else the user's
 * own cache folder. Never one that others may write to: what is in there is run.
 */
export function compileCacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { NODE_COMPILE_CACHE: given, XDG_CACHE_HOME: cache } = env;
  if (given !== undefined && given !== '') return given;
  return join(cache !== undefined && cache !== '' ? cache : join(homedir(), '.cache'), 'cluster-ai/node');
}
