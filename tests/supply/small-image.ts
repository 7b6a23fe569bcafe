import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Files by their path; a name that begins with `.wh.` deletes one of an earlier layer. */
type Layer = Readonly<Record<string, string>>;

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/**
 * Writes an image without an engine. Format: OCI image-spec 1.1, "Image Layout".
 *
 * @returns the digest of its manifest
 */
export function writeImage(folder: string, layers: readonly Layer[]): string {
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
  const put = (bytes: Uint8Array, mediaType: string): Descriptor => {
    const digest = sha256(bytes);
    writeFileSync(join(folder, 'blobs', ...digest.split(':')), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));
  const packed = layers.map(pack);
  const config = put(
    json({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: packed.map((bytes) => sha256(gunzipSync(bytes))) },
    }),
    'application/vnd.oci.image.config.v1+json',
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const blobs = packed.map((bytes) => put(bytes, 'application/vnd.oci.image.layer.v1.tar+gzip'));
  const manifest = put(json({ schemaVersion: 2, mediaType, config, layers: blobs }), mediaType);
  writeFileSync(join(folder, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(folder, 'index.json'), json({ schemaVersion: 2, manifests: [manifest] }));
  return manifest.digest;
}

function pack(layer: Layer): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'layer-'));
  for (const [path, content] of Object.entries(layer)) {
    mkdirSync(dirname(join(folder, 'files', path)), { recursive: true });
    writeFileSync(join(folder, 'files', path), content);
  }
  execFileSync('tar', [
    '-czf',
    join(folder, 'layer.tar.gz'),
    '--owner=0',
    '--group=0',
    '-C',
    join(folder, 'files'),
    '.',
  ]);
  const bytes = readFileSync(join(folder, 'layer.tar.gz'));
  rmSync(folder, { recursive: true });
  return bytes;
}

/** What makes an image one of Debian 12, with one package in a version. */
export const debianLayer = (name: string, version: string, source: string): Layer => ({
  'etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n',
  'etc/debian_version': '12.5\n',
  'var/lib/dpkg/status':
    `Package: ${name}\nStatus: install ok installed\nPriority: optional\nSection: libs\nMaintainer: nobody\n` +
    `Architecture: amd64\nSource: ${source}\nVersion: ${version}\nDescription: of a test\n\n`,
});
