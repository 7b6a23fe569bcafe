import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { assertFilePath } from '@cluster-ai/core/names/file-path.ts';
import { readOnnxModel } from '@cluster-ai/protocols/onnx/read-model.ts';
import { signatureFromOnnx } from '@cluster-ai/protocols/onnx/signature-from-onnx.ts';

/**
 * Reads the header of an ONNX file: its signature, and whether its weights stay inside the model's folder.
 * @throws ClusterError MODEL_INVALID
 */
export async function inspectOnnxFile(folder: string, modelFile: string): Promise<ModelSignature> {
  const header = readOnnxModel(await readFile(path.join(folder, modelFile)));
  for (const location of new Set(header.externalData.map((entry) => entry.location))) assertInside(location);
  return signatureFromOnnx(header);
}

function assertInside(location: string): void {
  try {
    assertFilePath(location);
  } catch (error) {
    throw new ClusterError(
      'MODEL_INVALID',
      `its weights lie in ${JSON.stringify(location)}, which is not a path inside the model`,
      {
        cause: error,
      },
    );
  }
}
