import { existsSync } from 'node:fs';
import { copyFile, link, mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';
import { lastLines, runProgram } from '../run-program.ts';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const descriptor = z.object({ mediaType: z.string(), digest, size: z.number() });
/** Format: OCI image-spec 1.1, "Image Layout", "Image Manifest". */
const index = z.object({ manifests: z.array(descriptor).min(1) });
const manifest = z.object({ config: descriptor, layers: z.array(descriptor) });

export interface ImageLayout {
  readonly folder: string;
  /** Of the manifest: the name under which the image is deployed. */
  readonly digest: string;
  readonly layers: readonly { readonly mediaType: string; readonly digest: string }[];
}

const COPY_TIMEOUT_MS = 900_000;

/**
 * An image as a folder.
 *
 * @param reference as skopeo writes it: docker://registry/name@sha256:…, docker-daemon:name:tag, oci:folder. Anything
 * else is an image of the Docker engine.
 * @throws ClusterError PREREQUISITE_MISSING when skopeo or the image is not there.
 */
export async function imageLayout(reference: string, scratch: string): Promise<ImageLayout> {
  if (reference.startsWith('oci:')) return readLayout(reference.slice('oci:'.length));
  const folder = await mkdtemp(join(scratch, 'image-'));
  const source = /^(?:docker|docker-daemon|docker-archive|oci-archive|containers-storage):/.test(reference)
    ? reference
    : `docker-daemon:${reference}`;
  const args = ['copy', '--quiet', ...insecure(source), source, `oci:${folder}:scanned`];
  const { code, stderr } = await runProgram('skopeo', args, { timeoutMs: COPY_TIMEOUT_MS });
  if (code !== 0) {
    throw new ClusterError('PREREQUISITE_MISSING', `the image ${reference} cannot be read: ${lastLines(stderr, 2)}`, {
      fix: 'Build it (make images) or push it, and name it as skopeo does.',
    });
  }
  return readLayout(folder);
}

/** A registry on this machine may speak plain HTTP; no other. */
const insecure = (source: string): string[] =>
  /^docker:\/\/(?:localhost|127\.0\.0\.1)[:/]/.test(source) ? ['--src-tls-verify=false'] : [];

async function readLayout(folder: string): Promise<ImageLayout> {
  if (!existsSync(join(folder, 'index.json'))) {
    throw new ClusterError('NOT_FOUND', `${folder} holds no image in the layout of OCI`);
  }
  const { manifests } = index.parse(JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')));
  const [only, ...others] = manifests;
  if (only === undefined || others.length > 0 || !only.mediaType.includes('manifest')) {
    throw new ClusterError('UNSUPPORTED', `${folder} holds several images; each is scanned by itself`, {
      fix: 'Copy one out of it: skopeo copy --override-arch amd64 oci:<folder> oci:<other folder>.',
    });
  }
  const { layers } = manifest.parse(JSON.parse(await readFile(blobOf(folder, only.digest), 'utf8')));
  return { folder, digest: only.digest, layers };
}

const blobOf = (folder: string, name: string): string => join(folder, 'blobs', ...name.split(':'));

/** Puts the layers into a folder under names that tell programs how they are packed, and the settings. @returns how many layers. */
export async function linkLayers(layout: string, folder: string): Promise<number> {
  const { layers, digest: own } = await readLayout(layout);
  const { config } = manifest.parse(JSON.parse(await readFile(blobOf(layout, own), 'utf8')));
  const place = async (from: string, to: string): Promise<void> => {
    // Across file systems there are no links.
    await link(from, to).catch(async () => copyFile(from, to));
  };
  await place(blobOf(layout, config.digest), join(folder, 'settings-of-the-image.json'));
  for (const [position, layer] of layers.entries()) {
    const packed = layer.mediaType.endsWith('zstd')
      ? '.tar.zst'
      : layer.mediaType.endsWith('gzip')
        ? '.tar.gz'
        : '.tar';
    await place(blobOf(layout, layer.digest), join(folder, `layer-${position + 1}${packed}`));
  }
  return layers.length;
}
