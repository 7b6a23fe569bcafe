import { randomUUID } from 'node:crypto';
import type { Upload, createUpload as createUploadEndpoint } from '@cluster-ai/contract/api/uploads.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { assertModelName } from '@cluster-ai/core/names/model-name.ts';
import type { z } from 'zod';
import type { Caller, Changed } from '../../database/change.ts';
import { coversModel } from '../../http/key-models.ts';
import type { HttpCaller } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { assertManifest, inspectVersion, registerVersion } from '../models/index.ts';
import type { Registered } from '../models/index.ts';
import { deleteUpload, selectUpload } from './store.ts';
import type { UploadRow } from './store.ts';

type Announcement = z.output<typeof createUploadEndpoint.body>;

/** Announces a version: what is wrong with it already is said before any byte is sent. */
export async function createUpload(plane: Plane, by: Caller, announced: Announcement): Promise<Upload> {
  assertModelName(announced.model);
  assertManifest(announced.files, plane.config.uploads.bytesMax);
  const { value } = await plane.store.change(by, async (change) => {
    const row = await change.query
      .insertInto('uploads')
      .values({
        id: randomUUID(),
        model: announced.model,
        description: announced.description ?? null,
        files: JSON.stringify(announced.files),
        settings: JSON.stringify(announced.settings),
        notes: announced.notes,
        lineage: JSON.stringify(announced.lineage),
        deploy: announced.deploy,
        version: announced.version ?? null,
        created_at: change.at,
        created_by: by.actor,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    change.record('upload.create', announced.model, { upload: row.id, files: announced.files.length });
    return row;
  });
  return presentUpload(plane, value);
}

/** @throws ClusterError NOT_FOUND, also for a key that is not for the model of the upload. */
export async function existingUpload(plane: Plane, by: HttpCaller, id: string): Promise<UploadRow> {
  const row = await plane.store.read((query) => selectUpload(query, id));
  if (row !== null && coversModel(by.principal, row.model)) return row;
  throw new ClusterError('NOT_FOUND', `there is no upload ${id}: it was committed, or it expired`);
}

/** An upload with what has arrived of it, as the disk says. */
export async function presentUpload(plane: Plane, row: UploadRow): Promise<Upload> {
  const files = await Promise.all(
    row.files.map(async ({ path, sha256, size }) => ({
      path,
      sha256,
      size,
      receivedBytes: await plane.uploadFiles.receivedBytes({ uploadId: row.id, sha256, size }),
    })),
  );
  const progressAtMs = (await plane.uploadFiles.progressAtMs(row.id)) ?? 0;
  const expiresAtMs = Math.max(row.created_at.getTime(), progressAtMs) + plane.config.uploads.expireAfterMs;
  return { id: row.id, model: row.model, files, expiresAt: new Date(expiresAtMs).toISOString() };
}

/**
 * Makes a version of an upload whose files are all there.
 * @throws ClusterError CONFLICT naming the first file that is not complete; MODEL_INVALID with what is wrong with the model.
 */
export async function commitUpload(plane: Plane, by: HttpCaller, id: string): Promise<Changed<Registered>> {
  const row = await existingUpload(plane, by, id);
  await completeFiles(plane, row);
  const { signature, settings } = await inspectVersion(plane, row.model, row.files, row.settings);
  const changed = await plane.store.change(by, async (change) => {
    // Another commit of the same upload may have come first.
    if ((await selectUpload(change.query, id)) === null) {
      throw new ClusterError('CONFLICT', `upload ${id} has just been committed`);
    }
    const { model, description, files, notes, lineage, deploy, version } = row;
    const registered = await registerVersion(change, plane.files, {
      model,
      description,
      files,
      settings,
      notes,
      lineage,
      deploy,
      signature,
      source: 'upload',
      ...(version === null ? {} : { number: version }),
    });
    await deleteUpload(change.query, id);
    return registered;
  });
  await plane.uploadFiles.remove(id);
  return changed;
}

async function completeFiles(plane: Plane, row: UploadRow): Promise<void> {
  for (const { path, sha256, size } of row.files) {
    const file = { uploadId: row.id, sha256, size };
    const received = await plane.uploadFiles.receivedBytes(file);
    if (received < size) {
      throw new ClusterError('CONFLICT', `${path} is not complete: ${received} of ${size} bytes have arrived`, {
        fix: `continue with offset=${received}`,
      });
    }
    await plane.uploadFiles.complete(file);
  }
}
