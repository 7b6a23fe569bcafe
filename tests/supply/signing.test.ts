import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageNames } from '../../tools/release/release-manifest.ts';
import { runDoor, type Ended } from './door.ts';
import { startRegistry, type Registry } from './registry.ts';
import { debianLayer, writeImage } from './small-image.ts';

const folder = mkdtempSync(join(tmpdir(), 'supply-signing-'));
const base = debianLayer('libexpat1', '2.5.0-1+deb12u1', 'expat');
const password = { COSIGN_PASSWORD: 'of a test' };
const ours = { ...password, COSIGN_KEY_FILE: join(folder, 'ours/cosign.key') };
const trusting = { COSIGN_PUBLIC_KEY_FILE: join(folder, 'ours/cosign.pub') };
const revision = 'b'.repeat(40);

/** Nothing can be shown about a release that was not made. */
async function must(door: Promise<Ended>): Promise<void> {
  const { status, text } = await door;
  if (status !== 0) throw new Error(`ended with ${String(status)}: ${text}`);
}

describe('a release in a registry', () => {
  let registry: Registry;
  let image: string;

  const push = (name: string, content: string): string => {
    const layout = join(folder, `${name}-layout`);
    writeImage(layout, [{ ...base, 'app/main.js': content }]);
    return registry.push(layout, name);
  };
  const releaseOf = (reference: string, of: string = revision): string => {
    const path = join(mkdtempSync(join(folder, 'release-')), 'release.json');
    const images = Object.fromEntries(imageNames.map((name) => [name, reference]));
    const content = { version: '0.1.0', revision: of, builtAt: '2026-03-01T00:00:00Z', images };
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const door = (command: string, release: string, environment: Readonly<Record<string, string>>): Promise<Ended> =>
    runDoor('release-images.ts', [command, '--release', release, '--sboms', join(folder, 'sboms')], environment);

  beforeAll(async () => {
    registry = await startRegistry(folder);
    for (const name of ['ours', 'theirs']) {
      mkdirSync(join(folder, name));
      await must(runDoor('release-images.ts', ['key', '--folder', join(folder, name)], password));
    }
    image = push('gateway', 'console.log(1)');
    await must(door('sboms', releaseOf(image), {}));
    await must(door('sign', releaseOf(image), ours));
  });

  afterAll(async () => {
    await registry.stop();
    rmSync(folder, { recursive: true });
  });

  it('has an SBOM of each image, with the packages of its operating system', () => {
    const sbom: unknown = JSON.parse(readFileSync(join(folder, 'sboms/gateway.cdx.json'), 'utf8'));
    expect(sbom).toMatchObject({ bomFormat: 'CycloneDX' });
    expect(JSON.stringify(sbom)).toContain('pkg:deb/debian/libexpat1@2.5.0-1%2Bdeb12u1');
  });

  it('may be deployed when it is signed, with provenance and SBOM', async () => {
    const { status, text } = await door('verify', releaseOf(image), trusting);
    expect({ status, text }).toEqual({ status: 0, text: expect.stringContaining('may be deployed') });
  });

  it('is refused unsigned', async () => {
    const { status, text } = await door('verify', releaseOf(push('unsigned', 'console.log(2)')), trusting);
    expect({ status, text }).toEqual({ status: 1, text: expect.stringContaining('no signature that counts') });
  });

  it('is refused when one byte of the image is another', async () => {
    const altered = push('gateway', 'console.log(3)');
    expect(altered).not.toBe(image);
    const { status, text } = await door('verify', releaseOf(altered), trusting);
    expect({ status, text }).toEqual({ status: 1, text: expect.stringContaining('no signature that counts') });
  });

  it('is refused when the registry gives other bytes under the signed digest', async () => {
    const [, digest = ''] = image.split('@sha256:');
    const blob = join(registry.storage, 'docker/registry/v2/blobs/sha256', digest.slice(0, 2), digest, 'data');
    const bytes = readFileSync(blob);
    writeFileSync(blob, `${bytes.toString('utf8')} `);
    const { status } = await door('verify', releaseOf(image), trusting);
    writeFileSync(blob, bytes);
    expect(status).toBe(1);
    expect(await door('verify', releaseOf(image), trusting)).toMatchObject({ status: 0 });
  });

  it('is refused with the signature of another', async () => {
    const theirs = { COSIGN_PUBLIC_KEY_FILE: join(folder, 'theirs/cosign.pub') };
    expect(await door('verify', releaseOf(image), theirs)).toMatchObject({ status: 1 });
  });

  it('is refused when it was built from another revision than it says', async () => {
    const { status, text } = await door('verify', releaseOf(image, 'c'.repeat(40)), trusting);
    expect({ status, text }).toEqual({ status: 1, text: expect.stringContaining('was not built from cccc') });
  });
});
