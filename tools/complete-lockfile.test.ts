import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const tool = join(import.meta.dirname, 'complete-lockfile.mjs');

describe('complete-lockfile', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lockfile-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const complete = (packages: object): Record<string, unknown> => {
    const path = join(folder, 'package-lock.json');
    writeFileSync(path, JSON.stringify({ lockfileVersion: 3, packages }));
    execFileSync(process.execPath, [tool, '--no-registry', path], { stdio: 'pipe' });
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  };

  it('adds a platform package that the registry did not have, for its own platform only', () => {
    const parent = {
      version: '1.0.0',
      dev: true,
      license: 'MIT',
      optionalDependencies: { '@x/y-linux-arm64-musl': '1.0.0' },
    };
    expect(complete({ 'node_modules/y': parent })['node_modules/@x/y-linux-arm64-musl']).toEqual({
      version: '1.0.0',
      cpu: ['arm64'],
      dev: true,
      libc: ['musl'],
      license: 'MIT',
      optional: true,
      os: ['linux'],
    });
  });

  it('asks the registry for every hash that is missing, and for no other', () => {
    // In the place of npm: it answers with what it was asked for.
    const npm = join(folder, 'npm');
    writeFileSync(npm, '#!/bin/sh\necho "sha512-$1-$2-$3"\n');
    chmodSync(npm, 0o755);
    const path = join(folder, 'package-lock.json');
    const packages = {
      '': { name: 'all' },
      'packages/core': { name: '@x/core' },
      'node_modules/@x/core': { resolved: 'packages/core', link: true },
      'node_modules/held': { version: '1.0.0', integrity: 'sha512-here' },
      'node_modules/loose': { version: '1.0.0', optionalDependencies: { 'loose-darwin-x64': '2.0.0' } },
      'node_modules/loose/node_modules/alias': { name: '@x/real', version: '3.0.0', license: 'MIT' },
    };
    writeFileSync(path, JSON.stringify({ lockfileVersion: 3, packages }));
    const said = execFileSync(process.execPath, [tool, path], {
      encoding: 'utf8',
      env: { PATH: [folder, dirname(process.execPath), process.env['PATH']].join(':') },
    });
    expect(said).toBe(`${path}: added 1 platform packages, added 3 hashes\n`);
    const after: Record<string, { integrity?: string }> = JSON.parse(readFileSync(path, 'utf8')).packages;
    expect(Object.fromEntries(Object.entries(after).map(([place, { integrity }]) => [place, integrity]))).toEqual({
      '': undefined,
      'packages/core': undefined,
      'node_modules/@x/core': undefined,
      'node_modules/held': 'sha512-here',
      'node_modules/loose': 'sha512-view-loose@1.0.0-dist.integrity',
      'node_modules/loose-darwin-x64': 'sha512-view-loose-darwin-x64@2.0.0-dist.integrity',
      'node_modules/loose/node_modules/alias': 'sha512-view-@x/real@3.0.0-dist.integrity',
    });
  });

  it('leaves alone what is there, beside the parent or above it', () => {
    const parent = { version: '1.0.0', optionalDependencies: { 'y-darwin-x64': '1.0.0' } };
    const packages = { 'node_modules/a/node_modules/y': parent, 'node_modules/y-darwin-x64': { version: '1.0.0' } };
    expect(complete(packages)).toEqual(packages);
  });

  it('refuses a package whose platform or version it would have to guess', () => {
    const wants = (name: string, version: string) => () =>
      complete({ 'node_modules/y': { version: '1.0.0', optionalDependencies: { [name]: version } } });
    expect(wants('y-plugin', '1.0.0')).toThrow(
      `'y-plugin' does not name its platform: run npm install against a full registry.`,
    );
    expect(wants('y-darwin-x64', '^1.0.0')).toThrow(`asked for as '^1.0.0', not as one version`);
  });
});
