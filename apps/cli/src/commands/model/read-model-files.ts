import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManifestFile } from '@cluster-ai/contract/manifest.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';

export interface LocalFile extends ManifestFile {
  readonly source: string;
}

const filesMax = 1_000;

/**
 * The files of a model version with their digests. One file becomes `model.onnx`; a folder is taken whole, with the
 * paths inside it, hidden files left out.
 * @param onBytes called with the number of bytes read since the last call.
 * @throws ClusterError INVALID_ARGUMENT when there is nothing to push.
 */
export async function readModelFiles(path: string, onBytes: (count: number) => void): Promise<LocalFile[]> {
  return withDigests(await listModelFiles(path), onBytes);
}

/** Reads files that were found. @param onBytes called with the number of bytes read since the last call. */
export async function withDigests(
  found: readonly Omit<LocalFile, 'sha256'>[],
  onBytes: (count: number) => void,
): Promise<LocalFile[]> {
  const files: LocalFile[] = [];
  for (const { path, source, size } of found) files.push({ path, source, size, sha256: await digest(source, onBytes) });
  return files;
}

/** The same without digests, which take their time. */
export async function listModelFiles(path: string): Promise<Omit<LocalFile, 'sha256'>[]> {
  const status = await stat(path).catch(() => null);
  if (status === null) throw new ClusterError('INVALID_ARGUMENT', `${path} does not exist`);
  if (status.isFile()) return [{ path: 'model.onnx', source: path, size: status.size }];
  const entries = (await readdir(path, { recursive: true, withFileTypes: true }))
    .map((entry) => ({ entry, name: join(entry.parentPath, entry.name).slice(join(path, '/').length) }))
    .filter(({ name }) => !name.split('/').some((part) => part.startsWith('.')));
  const link = entries.find(({ entry }) => entry.isSymbolicLink());
  if (link !== undefined) {
    // It may lead to files of somebody who does not want them sent, and a model without it is not whole.
    const message = `${link.name} is a symbolic link, and links are not followed`;
    throw new ClusterError('INVALID_ARGUMENT', message, { fix: 'put what it leads to there itself: cp -rL copies so' });
  }
  const visible = entries.flatMap(({ entry, name }) => (entry.isFile() ? [name] : [])).toSorted();
  if (visible.length === 0) throw new ClusterError('INVALID_ARGUMENT', `${path} holds no files`);
  if (visible.length > filesMax) {
    throw new ClusterError(
      'INVALID_ARGUMENT',
      `${path} holds ${visible.length} files; a model has ${filesMax} at most`,
    );
  }
  return Promise.all(
    visible.map(async (name) => ({ path: name, source: join(path, name), size: (await stat(join(path, name))).size })),
  );
}

async function digest(path: string, onBytes: (count: number) => void): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) {
    // Without an encoding a file stream yields buffers.
    const bytes = chunk as Buffer;
    hash.update(bytes);
    onBytes(bytes.length);
  }
  return hash.digest('hex');
}
