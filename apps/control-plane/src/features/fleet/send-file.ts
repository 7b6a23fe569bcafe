import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';

const singleRange = /^bytes=(\d{1,15})-(\d{0,15})$/;

/**
 * Answers with a stored file, or with a part of it (RFC 9110, section 14: one range, `bytes=<first>-<last>`; any other form
 * is answered with the whole file, as the RFC allows).
 * @throws ClusterError NOT_FOUND, or INVALID_ARGUMENT for a range that begins past the end.
 */
export async function sendFile(
  path: string,
  sha256: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Readable> {
  const file = await openStored(path, sha256);
  const { size } = await file.stat();
  reply.type('application/octet-stream').header('accept-ranges', 'bytes').header('etag', `"${sha256}"`);
  const range = singleRange.exec(request.headers.range ?? '');
  if (range === null) {
    reply.header('content-length', size);
    return file.createReadStream();
  }
  const first = Number(range[1]);
  const last = range[2] === '' ? size - 1 : Math.min(Number(range[2]), size - 1);
  if (first >= size || last < first) {
    await file.close();
    throw new ClusterError('INVALID_ARGUMENT', `the range begins at ${first} and the file has ${size} bytes`);
  }
  reply
    .status(206)
    .header('content-range', `bytes ${first}-${last}/${size}`)
    .header('content-length', last - first + 1);
  return file.createReadStream({ start: first, end: last });
}

async function openStored(path: string, sha256: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw new ClusterError('NOT_FOUND', `there is no file with the SHA-256 ${sha256}`);
    }
    throw cause;
  }
}
