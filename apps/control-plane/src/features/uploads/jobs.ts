import type { Job } from '../../jobs/periodic.ts';
import type { Plane } from '../../plane.ts';
import { deleteLostLocks, deleteUpload, selectUploads } from './store.ts';

export function uploadJobs(plane: Plane): Job[] {
  return [{ name: 'expired-uploads', everyMs: 60_000, run: () => removeExpiredUploads(plane) }];
}

/** Removes uploads that have made no progress for long, and what is left of uploads that no longer exist. */
export async function removeExpiredUploads(plane: Plane): Promise<void> {
  const beforeMs = plane.clock.wallMs() - plane.config.uploads.expireAfterMs;
  const rows = await plane.store.read(selectUploads);
  for (const row of rows) {
    const progressAtMs = (await plane.uploadFiles.progressAtMs(row.id)) ?? 0;
    if (Math.max(row.created_at.getTime(), progressAtMs) >= beforeMs) continue;
    await plane.store.change({ actor: 'system', requestId: 'job:expired-uploads' }, async (change) => {
      await deleteUpload(change.query, row.id);
      change.record('upload.expire', row.model, { upload: row.id });
    });
    await plane.uploadFiles.remove(row.id);
  }
  await plane.store.note(deleteLostLocks);
  const known = new Set(rows.map((row) => row.id));
  for (const id of await plane.uploadFiles.list()) {
    const progressAtMs = await plane.uploadFiles.progressAtMs(id);
    if (!known.has(id) && progressAtMs !== null && progressAtMs < beforeMs) await plane.uploadFiles.remove(id);
  }
}
