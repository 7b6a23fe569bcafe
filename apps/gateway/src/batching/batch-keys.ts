import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';

/**
 * Says which requests of one model fit into one tensor: those that want the same outputs and agree in every dimension
 * but the first. Dimensions that the signature fixes cannot differ, so most models need no shape in the key at all.
 */
export class BatchKeys {
  private readonly merges: boolean;
  private readonly freeInputs: ReadonlySet<string>;

  /** @param ragged inputs that need not agree. */
  constructor(signature: ModelSignature, merges: boolean, ragged: readonly string[] = []) {
    this.merges = merges;
    this.freeInputs = new Set(
      signature.inputs
        .filter((input) => input.shape.slice(1).includes(-1) && !ragged.includes(input.name))
        .map((input) => input.name),
    );
  }

  /** @returns null for a request that must run alone. */
  keyOf(request: InferenceRequest): string | null {
    const rows = request.inputs[0]?.shape[0];
    if (!this.merges || rows === undefined || rows === 0) return null;
    let key = request.outputNames.length === 0 ? '' : request.outputNames.toSorted().join('\u0000');
    for (const input of request.inputs) {
      if (input.shape[0] !== rows) return null;
      // Inputs may come in any order, and so may their part of the key: a different order only costs a merge.
      if (this.freeInputs.has(input.name)) key += `\u0001${input.name}:${input.shape.slice(1).join(',')}`;
    }
    return key;
  }
}
