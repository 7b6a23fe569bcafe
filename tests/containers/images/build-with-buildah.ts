import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../engine/engine.ts';
import { prepareBuild, root, type ImageName } from '../engine/images.ts';

const outputBytesMax = 64 * 1024 * 1024;

/**
 * Builds an image with buildah in a storage of its own, without layers of an earlier build and with every time set to 0.
 * @returns the digest of the manifest, as a registry would name the image
 */
export async function buildWithBuildah(engine: Engine, name: ImageName): Promise<string> {
  const { file, baseImages, overrides } = await prepareBuild(engine, name);
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-buildah-'));
  const storage = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run'), '--storage-driver', 'overlay'];
  const buildah = (...words: readonly string[]): string =>
    execFileSync('buildah', [...storage, ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: outputBytesMax,
    });
  try {
    for (const image of baseImages) {
      const archive = join(folder, 'base.tar');
      engine.docker('save', '--output', archive, image);
      buildah('pull', `docker-archive:${archive}`);
      rmSync(archive);
    }
    const surroundings = ['--isolation', 'chroot', '--network', 'host', '--pull-never', '--layers=false'];
    const secret = ['--secret', 'id=ca,src=/etc/ssl/certs/ca-certificates.crt'];
    buildah('build', '--timestamp', '0', ...surroundings, ...secret, ...overrides, '--file', file, '--tag', name, root);
    const pushed = join(folder, 'pushed');
    buildah('push', name, `dir:${pushed}`);
    return `sha256:${createHash('sha256')
      .update(readFileSync(join(pushed, 'manifest.json')))
      .digest('hex')}`;
  } finally {
    buildah('rmi', '--all', '--force');
    rmSync(folder, { recursive: true, force: true });
  }
}
