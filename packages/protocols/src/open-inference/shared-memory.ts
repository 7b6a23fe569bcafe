import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ParameterValue } from '@cluster-ai/core/inference/request.ts';

/** What a client hears that wants to register a region: Triton's sentence, and the way out. */
export const sharedMemoryDisabled =
  'Client shared memory is disabled. Send tensors in the request, as binary data or as JSON.';

/**
 * No region is ever registered, so that one that is named cannot be found: this is what Triton says then.
 * @throws ClusterError NOT_FOUND.
 */
export function refuseSharedMemory(parameters: Readonly<Record<string, ParameterValue>>): void {
  const region = parameters['shared_memory_region'];
  if (region !== undefined) throw unknownRegion(String(region), '');
}

/** @param kind `system `, `cuda ` or empty. */
export function unknownRegion(name: string, kind: 'system ' | 'cuda ' | ''): ClusterError {
  return new ClusterError('NOT_FOUND', `Unable to find ${kind}shared memory region: '${name.slice(0, 200)}'`);
}
