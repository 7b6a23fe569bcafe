import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { imageNames } from '../../../tools/release/release-manifest.ts';
import { readOptions } from '../../../tools/security-scan/options.ts';
import { scannerVersion } from '../../../tools/security-scan/scanner-programs.ts';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'supply-doors-'));
const release = join(folder, 'release.json');
const digest = `sha256:${'a'.repeat(64)}`;

function door(program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync('node', [join(root, 'tools', program), ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    timeout: 60_000,
  });
  return { status, text: stdout + stderr };
}

const written = (image: string): string => {
  const content = {
    version: '0.1.0',
    revision: 'b'.repeat(40),
    builtAt: '2026-03-01T00:00:00Z',
    images: Object.fromEntries(imageNames.map((name) => [name, image])),
  };
  writeFileSync(release, JSON.stringify(content));
  return release;
};

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('make security-scan', () => {
  it('tells its words, and refuses others with 64', () => {
    expect(readOptions(['--help'])).toBe('help');
    expect(door('security-scan.ts', ['--only', 'nonsense'])).toMatchObject({
      status: 64,
      text: expect.stringContaining("there is no check 'nonsense'"),
    });
    expect(() => readOptions(['--database', 'old'])).toThrow('real or fixture');
    expect(() => readOptions(['--fast'])).toThrow('--fast');
    expect(() => readOptions(['--release', join(folder, 'nowhere.json')])).toThrow('cannot be read');
  });

  it('asks for the licences of every package against the list, and says where it wrote', () => {
    const { status, text } = door('security-scan.ts', ['--only', 'licences', '--report', folder]);
    expect(text).toMatch(/^licences: \d{3,} packages against the list/m);
    expect(status).toBe(0);
    const sarif: unknown = JSON.parse(readFileSync(join(folder, 'report.sarif'), 'utf8'));
    expect(sarif).toMatchObject({ version: '2.1.0', runs: [{ results: [] }] });
  });

  it('passes nothing when nothing was looked at', () => {
    const { status, text } = door('security-scan.ts', ['--only', 'images', '--report', folder]);
    expect(text).toContain('not run: none was named');
    expect(status).toBe(2);
  });

  it('knows the version of each scanner from its go.mod', () => {
    const versions = (['trivy', 'grype', 'syft', 'cosign', 'gitleaks'] as const).map(scannerVersion);
    expect(versions.filter((version) => !/^v\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});

describe('make sign and make verify', () => {
  it.each(['sboms', 'sign', 'verify'])('%s: without a release says which file is missing', (command) => {
    const { status, text } = door('release-images.ts', [command]);
    expect({ status, text }).toEqual({ status: 2, text: expect.stringContaining('RELEASE=release.json') });
  });

  it('refuse a release that names an image by a tag', () => {
    const { status, text } = door('release-images.ts', ['verify', '--release', written('registry/gateway:0.1.0')]);
    expect({ status, text }).toEqual({ status: 2, text: expect.stringContaining('names no digest') });
  });

  it('refuse to go on without a key, without a password of it, and without anybody who may sign', () => {
    const path = written(`registry.invalid/gateway@${digest}`);
    expect(door('release-images.ts', ['sign', '--release', path]).text).toContain('nothing to sign with');
    const withoutPassword = door('release-images.ts', ['sign', '--release', path], { COSIGN_KEY_FILE: 'cosign.key' });
    expect(withoutPassword.text).toContain('COSIGN_PASSWORD is not set');
    expect(door('release-images.ts', ['verify', '--release', path]).text).toContain(
      'nobody was named whose signature counts',
    );
    expect(door('release-images.ts', ['key', '--folder', folder]).text).toContain('COSIGN_PASSWORD is not set');
  });

  it('sign only what there is an SBOM of', () => {
    const path = written(`registry.invalid/gateway@${digest}`);
    const key = { COSIGN_KEY_FILE: 'cosign.key', COSIGN_PASSWORD: 'of a test' };
    const { status, text } = door('release-images.ts', ['sign', '--release', path, '--sboms', folder], key);
    expect({ status, text }).toEqual({
      status: 2,
      text: expect.stringContaining('gateway, control-plane, dashboard, cli: no SBOM in'),
    });
  });
});
