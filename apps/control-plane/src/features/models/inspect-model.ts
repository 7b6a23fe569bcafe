import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { modelFileOf } from '@cluster-ai/contract/manifest.ts';
import type { ManifestFile } from '@cluster-ai/contract/manifest.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { assertFilePath } from '@cluster-ai/core/names/file-path.ts';
import { defaultOnnxReadLimits } from '@cluster-ai/protocols/onnx/limits.ts';
import { readOnnxModel } from '@cluster-ai/protocols/onnx/read-model.ts';
import { signatureFromOnnx } from '@cluster-ai/protocols/onnx/signature-from-onnx.ts';

/**
 * Checks the shape of a manifest before any byte is sent: paths, doubles, sizes, and one model file.
 * @throws ClusterError INVALID_ARGUMENT, BODY_TOO_LARGE or MODEL_INVALID.
 */
export function assertManifest(files: readonly ManifestFile[], bytesMax: number): ManifestFile {
  const sizes = new Map<string, number>();
  const paths = new Set<string>();
  let bytes = 0;
  for (const file of files) {
    assertFilePath(file.path);
    if (paths.has(file.path)) {
      throw new ClusterError('INVALID_ARGUMENT', `the file ${JSON.stringify(file.path)} is listed twice`);
    }
    if ((sizes.get(file.sha256) ?? file.size) !== file.size) {
      throw new ClusterError('INVALID_ARGUMENT', `the digest of ${JSON.stringify(file.path)} is listed with two sizes`);
    }
    paths.add(file.path);
    sizes.set(file.sha256, file.size);
    bytes += file.size;
  }
  if (bytes > bytesMax) {
    throw new ClusterError(
      'BODY_TOO_LARGE',
      `the version has ${bytes} bytes, more than the limit of ${bytesMax} (uploads.bytesMax)`,
    );
  }
  const model = modelFileOf(files);
  if (model === null) {
    throw new ClusterError(
      'MODEL_INVALID',
      'a version needs one model file: model.onnx, or a single file that ends in .onnx',
    );
  }
  return model;
}

/**
 * Reads the header of the stored model file and makes the signature of the version.
 * @throws ClusterError MODEL_INVALID for a file that is not ONNX, an element type that is not served, and weights that lie
 * outside the manifest.
 */
export async function inspectModel(
  files: readonly ManifestFile[],
  pathOf: (sha256: string) => string,
  bytesMax: number,
): Promise<ModelSignature> {
  const model = assertManifest(files, bytesMax);
  if (model.size > defaultOnnxReadLimits.fileBytesMax) {
    throw new ClusterError(
      'MODEL_INVALID',
      `${model.path} has ${model.size} bytes; an ONNX file ends at ${defaultOnnxReadLimits.fileBytesMax}`,
      {
        fix: 'save the weights as external data beside it',
      },
    );
  }
  const header = readOnnxModel(await readFile(pathOf(model.sha256)));
  for (const external of header.externalData) assertInside(model, files, external);
  return signatureFromOnnx(header);
}

function assertInside(
  model: ManifestFile,
  files: readonly ManifestFile[],
  external: { readonly location: string; readonly offset: number; readonly length: number | null },
): void {
  const path = posix.join(posix.dirname(model.path), external.location);
  const file = external.location.startsWith('/') ? undefined : files.find((candidate) => candidate.path === path);
  if (file === undefined) {
    throw new ClusterError(
      'MODEL_INVALID',
      `${model.path} keeps weights in ${JSON.stringify(external.location)}, which is not among the files of the version`,
    );
  }
  const end = external.offset + (external.length ?? 0);
  if (external.offset < 0 || end > file.size) {
    throw new ClusterError(
      'MODEL_INVALID',
      `${model.path} expects ${end} bytes in ${file.path}, which has ${file.size}`,
    );
  }
}
