import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../engine/engine.ts';
import { prepareBuild, root, type ImageName } from '../engine/images.ts';

const outputBytesMax = 64 * 1024 * 1024;

/**
 * Builds an image with buildah in a storage of its own, each time without layers of the builds before and with every time
 * set to 0.
 * @returns the digests of the manifests, as a registry would name the images
 */
export async function buildWithBuildah(engine: Engine, name: ImageName, times: number): Promise<string[]> {
  const { file, baseImages, overrides } = await prepareBuild(engine, name);
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-buildah-'));
  const storage = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run'), '--storage-driver', 'overlay'];
  const buildah = (...words: readonly string[]): string =>
    execFileSync('buildah', [...storage, ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: outputBytesMax,
    }).trim();
  try {
    for (const image of baseImages) {
      const archive = join(folder, 'base.tar');
      engine.docker('save', '--output', archive, image);
      // Docker leaves its hub out of the names that it saves, and buildah takes such a name for one of this machine.
      buildah('tag', buildah('pull', '--quiet', `docker-archive:${archive}`), image);
      rmSync(archive);
    }
    // Without a platform buildah leaves TARGETARCH and its kin empty. In Docker's format an image would hold the name of
    // the container that it was made in, and never be the same twice; OCI's, the usual one, has no place for it.
    const platform = `linux/${engine.docker('version', '--format', '{{.Server.Arch}}')}`;
    const kind = ['--platform', platform, '--timestamp', '0', '--layers=false', '--pull-never'];
    const surroundings = ['--isolation', 'chroot', '--network', 'host'];
    const secret = ['--secret', 'id=ca,src=/etc/ssl/certs/ca-certificates.crt'];
    return Array.from({ length: times }, (_none, index) => {
      const tag = `${name}:${index}`;
      buildah('build', ...kind, ...surroundings, ...secret, ...overrides, '--file', file, '--tag', tag, root);
      const pushed = join(folder, `pushed-${index}`);
      buildah('push', tag, `dir:${pushed}`);
      return `sha256:${createHash('sha256')
        .update(readFileSync(join(pushed, 'manifest.json')))
        .digest('hex')}`;
    });
  } finally {
    buildah('rmi', '--all', '--force');
    rmSync(folder, { recursive: true, force: true });
  }
}
