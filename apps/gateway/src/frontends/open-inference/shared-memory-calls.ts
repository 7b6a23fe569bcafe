import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Reply } from '@cluster-ai/platform/edge/edge.ts';
import { sharedMemoryDisabled, unknownRegion } from '@cluster-ai/protocols/open-inference/shared-memory.ts';
import { sendJson } from './send-json.ts';

/** No region is ever registered: the list is empty, and a region that is named is unknown. @throws ClusterError NOT_FOUND. */
export function sharedMemoryStatus(reply: Reply, memory: 'system' | 'cuda', region: string | null): void {
  if (region !== null) throw unknownRegion(region, `${memory} `);
  sendJson(reply, 200, '[]');
}

/** @throws ClusterError UNSUPPORTED, always. */
export function refuseSharedMemoryChange(): never {
  throw new ClusterError('UNSUPPORTED', sharedMemoryDisabled);
}
