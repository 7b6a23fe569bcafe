import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compileCacheFolder, ownCompileCache } from './compile-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-compile-cache-'));
const uid = process.getuid?.();

afterAll(() => rmSync(folder, { recursive: true }));

test('without a word it is the cache folder of the user', () => {
  expect(compileCacheFolder({ XDG_CACHE_HOME: '/c' })).toBe('/c/cluster-ai/node');
  expect(compileCacheFolder({ XDG_CACHE_HOME: '/c', NODE_COMPILE_CACHE: '/n' })).toBe('/n');
});

test('a named folder is used only when nobody else may write to it: what is in there is run', () => {
  const env = { NODE_COMPILE_CACHE: folder };
  expect(ownCompileCache(env, uid, '/home')).toBe(folder);
  expect(ownCompileCache(env, 12_345, '/home')).toBe('/home');
  chmodSync(folder, 0o770);
  expect(ownCompileCache(env, uid, '/home')).toBe('/home');
  chmodSync(folder, 0o700);
  expect(ownCompileCache({ NODE_COMPILE_CACHE: join(folder, 'none') }, uid, '/home')).toBe('/home');
  expect(ownCompileCache({}, uid, '/home')).toBe('/home');
});
