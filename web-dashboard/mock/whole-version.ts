import type { ModelVersion, WholeVersion } from '@cluster-ai/contract/api/models.ts';

/** A version with its files and what people say of it; each number has other figures, so that versions can be compared. */
export function wholeVersion(version: ModelVersion): WholeVersion {
  const { version: number, digest, sizeBytes, createdAt } = version;
  return {
    ...version,
    files: [{ path: 'model.onnx', sha256: digest, size: sizeBytes }],
    notes: number > 3 ? 'Trained again with the pictures that version 3 got wrong.' : '',
    lineage: {
      dataset: number > 3 ? 'digits-2026-08' : 'digits-2026-05',
      accuracy: 0.95 + number * 0.006,
      epochs: 10 + number,
      commit: `https://git.example.com/digits/commit/0a1b2c${number}`,
    },
    revision: number > 3 ? 2 : 1,
    updatedAt: createdAt,
    updatedBy: 'ana@example.com',
  };
}
