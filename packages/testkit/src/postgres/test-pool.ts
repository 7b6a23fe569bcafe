import { openPool } from '@cluster-ai/platform/postgres/pool.ts';
import type { Pool, PoolOptions } from '@cluster-ai/platform/postgres/pool.ts';

/** Connections of a test to its database. It closes them itself, before the server is removed. */
export function openTestPool(url: string, options: Partial<Omit<PoolOptions, 'url'>> = {}): Pool {
  return openPool({
    url,
    connectionsMax: 4,
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 60_000,
    applicationName: 'test',
    // Tests kill servers; whoever uses the connection hears of it.
    onIdleError: () => undefined,
    ...options,
  });
}
