import { ClusterError } from '../errors.ts';

/** Longest tensor name, in characters. ONNX sets none; names end up in messages, which must stay readable. */
export const tensorNameLengthMax = 4_096;

/** @throws ClusterError INVALID_ARGUMENT for an empty name and for one that no message should carry. */
export function assertTensorName(name: string): void {
  if (name === '') throw new ClusterError('INVALID_ARGUMENT', 'a tensor has an empty name');
  if (name.length <= tensorNameLengthMax) return;
  throw new ClusterError(
    'INVALID_ARGUMENT',
    `a tensor name has ${name.length} characters; at most ${tensorNameLengthMax} are accepted`,
  );
}
