import { sql } from 'kysely';
import type { Plane } from '../../plane.ts';

export interface Readiness {
  readonly ready: boolean;
  /** Why it should get no calls; empty when it is ready. */
  readonly reasons: readonly string[];
}

/**
 * Whether this control plane should get calls. Redis is no condition unless `redis.readiness` makes it one: without it
 * people cannot sign in, but keys, tokens and gateways go on, and where calls are led by readiness, taking every control
 * plane out of service would end those as well. The overview says that it is away, whatever the setting.
 */
export async function readinessOf(plane: Plane): Promise<Readiness> {
  const reasons = await reasonsToWait(plane);
  return { ready: reasons.length === 0, reasons };
}

async function reasonsToWait(plane: Plane): Promise<string[]> {
  if (plane.draining()) return ['the control plane is stopping'];
  if (!plane.prepared()) return ['the database has not been reached, or is being prepared'];
  try {
    await plane.store.read((query) => sql`select 1`.execute(query));
    return plane.config.redis.readiness === 'required' ? redisReasons(plane) : [];
  } catch (error) {
    plane.log.debug({ error }, 'not ready');
    return ['the database cannot be reached'];
  }
}

const redisReasons = ({ redis }: Plane): string[] => (redis === null || redis.connected ? [] : [redis.reason]);
