import { statSync } from 'node:fs';
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

/**
 * Where it is for a program that is started as the user `uid`: NODE_COMPILE_CACHE when it is a folder of that user which
 * nobody else may write to, so that platforms of one user can share it; else `otherwise`.
 */
export function ownCompileCache(
  env: Readonly<Record<string, string | undefined>>,
  uid: number | undefined,
  otherwise: string,
): string {
  const { NODE_COMPILE_CACHE: given } = env;
  if (given === undefined || given === '') return otherwise;
  const found = statSync(given, { throwIfNoEntry: false });
  const writableByOthers = 0o022;
  const isOwn = found?.isDirectory() === true && found.uid === uid && (found.mode & writableByOthers) === 0;
  return isOwn ? given : otherwise;
}
