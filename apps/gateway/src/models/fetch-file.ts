import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { endpointUrl } from '@cluster-ai/contract/api/client.ts';
import { fetchModelFile } from '@cluster-ai/contract/api/fleet.ts';
import { exhaustedError } from '@cluster-ai/platform/process/exhausted.ts';
import type { ManifestFile } from '@cluster-ai/contract/manifest.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ControlAddresses } from '../control/control-addresses.ts';
import { fileDigest } from './file-digest.ts';

export interface FileSource {
  readonly control: ControlAddresses;
  readonly token: string | undefined;
  /** One attempt at most, milliseconds; the next one continues where it stopped. */
  readonly timeoutMs: number;
}

/**
 * Fetches a file from the control plane to `target`, which appears whole and checked or not at all. What an attempt got
 * before it was cut off is kept beside it, and the next one asks for the rest.
 * @throws ClusterError CONTROL_PLANE_UNAVAILABLE or CHECKSUM_MISMATCH, and errors of the disk as they are.
 */
export async function fetchFile(file: ManifestFile, target: string, source: FileSource): Promise<void> {
  const partial = `${target}.partial`;
  if (!(await holds(partial, file))) {
    await receiveFromAny(file, partial, source);
    if (!(await holds(partial, file))) {
      await rm(partial, { force: true });
      throw new ClusterError(
        'CHECKSUM_MISMATCH',
        `file '${file.path}' arrived with other bytes than its digest ${file.sha256} says`,
      );
    }
  }
  await rename(partial, target);
}

/** True when the file is there with exactly these bytes. */
export async function holds(path: string, file: ManifestFile): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (found === null || found.size !== file.size) return false;
  return (await fileDigest(path, found.size)) === file.sha256;
}

/** An error of the table for a disk without room, and for want of file descriptors: both pass. Null for anything else. */
export function diskError(thrown: unknown): ClusterError | null {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return exhaustedError(thrown);
  return new ClusterError('STORAGE_FULL', "the disk of this gateway has no room for the model's files", {
    cause: thrown,
  });
}

/** Each control plane is asked once: one that has just been killed must not hold a load up. */
async function receiveFromAny(file: ManifestFile, partial: string, source: FileSource): Promise<void> {
  for (let left = source.control.count; ; left -= 1) {
    const url = source.control.present;
    const had = (await stat(partial).catch(() => null))?.size ?? 0;
    try {
      await receive(file, partial, had < file.size ? had : 0, { ...source, url });
      return;
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      source.control.failed(url);
      if (left <= 1) throw error;
    }
  }
}

interface FileUrl extends FileSource {
  readonly url: string;
}

async function receive(file: ManifestFile, partial: string, offset: number, source: FileUrl): Promise<void> {
  try {
    const response = await open(file, offset, source);
    if (!response.ok || response.body === null) {
      throw unavailable(file, `the control plane at ${source.url} answered ${response.status}`);
    }
    // A server that does not continue sends the whole file again.
    const continues = offset > 0 && response.status === 206;
    const bytesMax = file.size - (continues ? offset : 0);
    await pipeline(
      response.body,
      bounded(bytesMax),
      createWriteStream(partial, { flags: continues ? 'a' : 'w', mode: 0o600 }),
    );
  } catch (thrown) {
    if (thrown instanceof ClusterError || !isNetworkError(thrown)) throw thrown;
    throw unavailable(file, `the control plane at ${source.url} does not answer, or stopped`, thrown);
  }
}

function open(file: ManifestFile, offset: number, { url: baseUrl, token, timeoutMs }: FileUrl): Promise<Response> {
  const url = endpointUrl(baseUrl, fetchModelFile, { params: { sha256: file.sha256 } });
  const headers = { authorization: `Bearer ${token ?? ''}`, ...(offset > 0 ? { range: `bytes=${offset}-` } : {}) };
  return fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
}

/** Ends a stream that brings more than was announced: it is not the file, and the disk is not endless. */
function bounded(bytesMax: number): (source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
  return async function* (source) {
    let bytes = 0;
    for await (const chunk of source) {
      bytes += chunk.byteLength;
      yield chunk;
      if (bytes > bytesMax) return;
    }
  };
}

/** What `fetch` and its bodies reject with when the other side, the way to it or the time is the trouble. */
function isNetworkError(thrown: unknown): boolean {
  return thrown instanceof TypeError || thrown instanceof DOMException;
}

function unavailable(file: ManifestFile, why: string, cause?: unknown): ClusterError {
  return new ClusterError(
    'CONTROL_PLANE_UNAVAILABLE',
    `file '${file.path}' cannot be fetched: ${why}`,
    cause === undefined ? {} : { cause },
  );
}
