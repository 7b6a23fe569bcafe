import type { ModelSignature } from './signature.ts';

/**
 * Whether requests may bring many rows: as the model's configuration says, or, without one, where the first dimension of
 * every input and output is one that each request chooses.
 */
export function hasBatchDimension({ inputs, outputs, batched }: ModelSignature): boolean {
  if (batched !== undefined) return batched;
  return inputs.length > 0 && [...inputs, ...outputs].every(({ shape }) => shape[0] === -1);
}
