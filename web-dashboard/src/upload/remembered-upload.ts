import { z } from 'zod';
import { manifestFileSchema } from '@cluster-ai/contract/manifest.ts';
import type { ChosenFile } from './chosen-files.ts';

const storageKey = 'cluster-ai.upload';

const rememberedSchema = z.object({
  id: z.uuid(),
  model: z.string(),
  deploy: z.enum(['latest', 'none']),
  startedAtMs: z.number(),
  files: z.array(manifestFileSchema),
});

/** An upload that this browser has begun and not finished. No browser keeps the files themselves: they are chosen again. */
export type RememberedUpload = z.infer<typeof rememberedSchema>;

type Kept = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export function rememberUpload(upload: RememberedUpload, storage: Kept = localStorage): void {
  storage.setItem(storageKey, JSON.stringify(upload));
}

export function forgetUpload(storage: Kept = localStorage): void {
  storage.removeItem(storageKey);
}

/** Null when there is none; what cannot be read is as good as none. */
export function rememberedUpload(storage: Kept = localStorage): RememberedUpload | null {
  const text = storage.getItem(storageKey);
  if (text === null) return null;
  try {
    return rememberedSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** What distinguishes chosen files from those of an upload, as far as can be seen without reading them. */
export interface Mismatch {
  /** Files of the upload that were not chosen. */
  readonly missing: readonly string[];
  /** Files that were chosen and are no part of it, or have another size. */
  readonly other: readonly string[];
}

/** Null when the same files seem to be chosen; their digests decide when they have been read. */
export function mismatchOf(upload: Pick<RememberedUpload, 'files'>, chosen: readonly ChosenFile[]): Mismatch | null {
  const missing = upload.files
    .filter(({ path, size }) => !chosen.some((entry) => entry.path === path && entry.file.size === size))
    .map(({ path }) => path);
  const other = chosen
    .filter(({ path, file }) => !upload.files.some((entry) => entry.path === path && entry.size === file.size))
    .map(({ path }) => path);
  return missing.length === 0 && other.length === 0 ? null : { missing, other };
}
