import type { Job } from '../../jobs/periodic.ts';
import type { Plane } from '../../plane.ts';
import { deleteUpload, selectUploads } from './store.ts';

export function uploadJobs(plane: Plane): Job[] {
  return [{ name: 'expired-uploads', everyMs: 60_000, run: () => removeExpiredUploads(plane) }];
}

/** Removes uploads that have made no progress for long, and folders of uploads that no longer exist. */
export async function removeExpiredUploads(plane: Plane): Promise<void> {
  const beforeMs = plane.clock.wallMs() - plane.config.uploads.expireAfterMs;
  const rows = await plane.store.read(selectUploads);
  const folders = new Map((await plane.files.uploads()).map(({ id, changedAtMs }) => [id, changedAtMs]));
  const known = new Set(rows.map((row) => row.id));
  for (const row of rows) {
    if (Math.max(row.created_at.getTime(), folders.get(row.id) ?? 0) >= beforeMs) continue;
    await plane.store.change({ actor: 'system', requestId: 'job:expired-uploads' }, async (change) => {
      await deleteUpload(change.query, row.id);
      change.record('upload.expire', row.model, { upload: row.id });
    });
    await plane.files.removeUpload(row.id);
  }
  for (const [id, changedAtMs] of folders) {
    if (!known.has(id) && changedAtMs < beforeMs) await plane.files.removeUpload(id);
  }
}
