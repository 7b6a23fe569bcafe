import type { ModelSignature } from './signature.ts';

/** Whether the first dimension of every input and output is one that each request chooses: requests may bring many rows. */
export function hasBatchDimension({ inputs, outputs }: ModelSignature): boolean {
  return inputs.length > 0 && [...inputs, ...outputs].every(({ shape }) => shape[0] === -1);
}
