import type { Readable } from 'node:stream';
import * as contract from '@cluster-ai/contract/api/uploads.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { FastifyRequest } from 'fastify';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { presentRegistered } from '../models/index.ts';
import { commitUpload, createUpload, existingUpload, presentUpload } from './service.ts';

/** New versions, sent file by file. */
export function uploadRoutes(register: Register, plane: Plane): void {
  register(contract.createUpload, ({ body, caller }) => createUpload(plane, caller, body));

  register(contract.getUpload, async ({ params, caller }) =>
    presentUpload(plane, await existingUpload(plane, caller, params.id)),
  );

  register(contract.appendUploadFile, async ({ params, query, request, caller }) => {
    const row = await existingUpload(plane, caller, params.id);
    const file = row.files.find((candidate) => candidate.sha256 === params.sha256);
    if (file === undefined) {
      throw new ClusterError(
        'NOT_FOUND',
        `upload ${params.id} has announced no file with the SHA-256 ${params.sha256}`,
      );
    }
    assertFits(request, query.offset, file.size);
    await plane.uploadFiles.append(
      { uploadId: row.id, sha256: file.sha256, size: file.size },
      query.offset,
      bodyStream(request),
    );
    return presentUpload(plane, row);
  });

  register(contract.commitUpload, async ({ params, caller }) =>
    presentRegistered(await commitUpload(plane, caller, params.id)),
  );
}

/** Says so before the bytes are sent, when the header tells how many will come. */
function assertFits(request: FastifyRequest, offset: number, size: number): void {
  const length = Number(request.headers['content-length'] ?? 0);
  if (offset + length <= size) return;
  throw new ClusterError(
    'BODY_TOO_LARGE',
    `${length} bytes from offset ${offset} on are more than the ${size} that were announced for this file`,
  );
}

function bodyStream(request: FastifyRequest): Readable {
  if (request.headers['content-type'] === 'application/octet-stream') return request.raw;
  throw new ClusterError('INVALID_ARGUMENT', 'the bytes of a file are sent as application/octet-stream');
}
