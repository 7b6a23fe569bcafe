import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ClassLabels } from '@cluster-ai/core/inference/classify.ts';
import { readVersionFile } from './version-file.ts';

/**
 * The words of a model's classes: one a line, by class.
 * @returns undefined for a model without label files. @throws ClusterError MODEL_INVALID.
 */
export async function readLabels(model: SnapshotModel, folder: string): Promise<ClassLabels | undefined> {
  const labels = new Map<string, readonly string[]>();
  for (const { name, labelFile } of model.settings.configuration?.outputs ?? []) {
    if (labelFile === null) continue;
    labels.set(name, linesOf(await readVersionFile(model, folder, labelFile), labelFile));
  }
  return labels.size === 0 ? undefined : (output, index) => labels.get(output)?.[index];
}

function linesOf(bytes: Uint8Array, path: string): string[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ClusterError('MODEL_INVALID', `the labels in ${path} are not UTF-8`, { cause });
  }
  return text.trimEnd().split(/\r?\n/);
}
