import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where Node keeps what it made of our sources, which halves the time in which a program starts: NODE_COMPILE_CACHE, else
 * the cache folder of the user. Never one that others may write to: what is in there is run.
 */
export function compileCacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { NODE_COMPILE_CACHE: given, XDG_CACHE_HOME: cache } = env;
  if (given !== undefined && given !== '') return given;
  return join(cache !== undefined && cache !== '' ? cache : join(homedir(), '.cache'), 'cluster-ai/node');
}
