import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { FastifyRequest } from 'fastify';
import type { Plane } from '../plane.ts';

/**
 * Runs what takes a one-time code or link, and counts those that are not known, by the address that tried them.
 * @throws ClusterError LOCKED_OUT, and what `work` throws.
 */
export async function guardGuesses<T>(plane: Plane, request: FastifyRequest, work: () => Promise<T>): Promise<T> {
  const { lockout } = plane.identity;
  const { address } = request.client;
  await lockout.assertAddressOpen('code', address);
  try {
    return await work();
  } catch (error) {
    if (error instanceof ClusterError && error.code === 'NOT_FOUND') {
      plane.metrics.refusedSignIns.inc({ reason: 'code' });
      if (await lockout.countAddress('code', address)) {
        const minutes = plane.settings.current.lockout_minutes;
        await plane.store.change({ actor: 'anonymous', requestId: request.id }, async (change) =>
          change.record('address.lock', address, { minutes }),
        );
      }
    }
    throw error;
  }
}
