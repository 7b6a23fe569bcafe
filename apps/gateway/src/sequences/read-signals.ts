import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { SequenceSignals } from './control-tensor.ts';

/**
 * What a request says of its sequence. Texts of errors are Triton's, which clients and tests look for.
 * @throws ClusterError INVALID_ARGUMENT for one that names no sequence, or has several rows.
 */
export function readSignals({ parameters, modelName, inputs }: InferenceRequest, hasBatch: boolean): SequenceSignals {
  const given = parameters['sequence_id'];
  const id = typeof given === 'number' ? BigInt(given) : given;
  if (id === undefined || id === 0n || id === '' || typeof id === 'boolean') {
    throw new ClusterError(
      'INVALID_ARGUMENT',
      `inference request to model '${modelName}' must specify a non-zero or non-empty correlation ID`,
      { fix: 'send sequence_id, and sequence_start with the first request of a sequence' },
    );
  }
  if (hasBatch && inputs.some(({ shape }) => shape[0] !== 1)) {
    throw new ClusterError(
      'INVALID_ARGUMENT',
      `inference request to model '${modelName}' must specify batch-size 1 due to requirements of sequence batcher`,
    );
  }
  return { id, start: parameters['sequence_start'] === true, end: parameters['sequence_end'] === true };
}

/** Numbers and texts are different sequences, as with Triton. */
export function sequenceKey(id: bigint | string): string {
  return typeof id === 'string' ? `"${id}` : id.toString();
}
