import { ClusterError } from '@cluster-ai/core/errors.ts';

/** Name that decides when a version has several ONNX files. */
const preferredName = 'model.onnx';

/**
 * Which file of a manifest is the model: its only `*.onnx`, or `model.onnx`.
 * @param paths the manifest's paths.
 * @throws ClusterError MODEL_INVALID when none or several could be meant.
 */
export function findOnnxFile(paths: readonly string[]): string {
  const candidates = paths.filter((path) => path.endsWith('.onnx'));
  const [first, second] = candidates;
  if (first === undefined) {
    throw new ClusterError('MODEL_INVALID', `no file of the version ends in .onnx (it has ${paths.join(', ')})`);
  }
  if (second === undefined) return first;
  if (candidates.includes(preferredName)) return preferredName;
  throw new ClusterError(
    'MODEL_INVALID',
    `several files end in .onnx (${candidates.join(', ')}) and none is named ${preferredName}`,
  );
}
