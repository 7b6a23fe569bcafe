import { randomUUID } from 'node:crypto';
import {
  appendUploadFile,
  commitUpload,
  createUpload,
  getUpload,
  type Upload,
} from '@cluster-ai/contract/api/uploads.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { mockEndpoint } from '../endpoint.ts';
import { mockModels } from '../models.ts';
import { wholeVersion } from '../whole-version.ts';

const uploads = new Map<string, Upload>();

/** Bytes are counted and thrown away; what is committed is the first model of the mock under another name. */
export const uploadEndpoints = [
  mockEndpoint(createUpload, ({ body }) => {
    const files = body.files.map((file) => ({ ...file, receivedBytes: 0 }));
    return kept({
      id: randomUUID(),
      model: body.model,
      files,
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    });
  }),
  mockEndpoint(getUpload, ({ params }) => found(params.id)),
  mockEndpoint(appendUploadFile, ({ params, query, bodyBytes }) => {
    const upload = found(params.id);
    const files = upload.files.map((file) => {
      if (file.sha256 !== params.sha256) return file;
      if (file.receivedBytes !== query.offset) throw new ClusterError('CONFLICT', `continue at ${file.receivedBytes}`);
      return { ...file, receivedBytes: query.offset + bodyBytes };
    });
    return kept({ ...upload, files });
  }),
  mockEndpoint(commitUpload, ({ params }) => {
    const { model } = found(params.id);
    uploads.delete(params.id);
    const [version] = mockModels[0]?.versions ?? [];
    if (version === undefined) throw new ClusterError('INTERNAL', 'the mock has no model');
    return { model, version: wholeVersion(version), snapshotVersion: 119, deployed: true, route: null };
  }),
];

function found(id: string): Upload {
  const upload = uploads.get(id);
  if (upload === undefined) throw new ClusterError('NOT_FOUND', `there is no upload ${id}`);
  return upload;
}

function kept(upload: Upload): Upload {
  uploads.set(upload.id, upload);
  return upload;
}
