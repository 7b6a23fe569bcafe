import type { ModelVersion } from '@cluster-ai/contract/api/models.ts';

/** State of a version over all gateways that have it: `READY`, `FAILED: <reason>`, `LOADING on 1 of 3`, `not loaded`. */
export function stateText({ observed }: Pick<ModelVersion, 'observed'>): string {
  const [first] = observed;
  if (first === undefined) return 'not loaded';
  const failed = observed.find(({ state }) => state === 'FAILED');
  if (failed !== undefined) return `FAILED: ${failed.reason}`;
  const different = observed.filter(({ state }) => state !== 'READY');
  const [pending] = different;
  if (pending === undefined) return 'READY';
  return observed.length === 1 ? pending.state : `${pending.state} on ${different.length} of ${observed.length}`;
}
