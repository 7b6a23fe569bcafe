import type { GatewayStatus, Overview } from '@cluster-ai/contract/api/system.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Plane } from '../../plane.ts';
import { programVersion } from '../../program-version.ts';
import { connectedWithinMs, gatewayStatuses } from '../fleet/index.ts';
import { countModels } from '../models/index.ts';
import { countRoutes } from '../routes/index.ts';
import { recentTraffic } from '../traffic/index.ts';
import { healthOf } from './health.ts';
import type { RecentTraffic } from './health.ts';

interface Counts {
  readonly models: number;
  readonly routes: number;
}

interface State {
  readonly counts: Counts;
  readonly gateways: GatewayStatus[];
  readonly recent: RecentTraffic;
}

/** Long enough that one failed request is no alarm, short enough that a mended fault is soon forgotten. */
const recentMinutes = 5;

/** Remembers what was read last, so that there is an overview while the database is away. */
export function createOverview(plane: Plane): () => Promise<Overview> {
  let remembered: Counts | null = null;

  return async () => {
    const read = await readState(plane);
    if (read !== null) remembered = read.counts;
    // Nothing was ever read: there is no number to show.
    if (remembered === null) {
      throw new ClusterError('DATABASE_UNAVAILABLE', 'the database has not been reached since the start', {
        retryAfterSeconds: 2,
      });
    }
    const latest = plane.feed.latest;
    const snapshot = { epoch: latest?.epoch ?? '', version: latest?.version ?? 0 };
    const gateways = read?.gateways ?? rememberedGateways(plane);
    const health = healthOf({
      databaseReachable: read !== null,
      redisProblem: plane.redis?.reason ?? '',
      snapshot,
      snapshotAgeMs: plane.clock.wallMs() - (latest?.createdAtMs ?? 0),
      gateways,
      recent: read?.recent ?? null,
      sourceProblems: [...plane.sourceProblems.values()],
    });
    return {
      programVersion,
      startedAt: new Date(plane.startedAtMs).toISOString(),
      ...health,
      snapshot,
      gateways,
      ...remembered,
    };
  };
}

async function readState(plane: Plane): Promise<State | null> {
  try {
    await plane.feed.next({ epoch: '', version: -1 }, 0, AbortSignal.abort());
    return await plane.store.read(async (query) => ({
      counts: { models: await countModels(query), routes: await countRoutes(query) },
      gateways: await gatewayStatuses(query, plane.clock.wallMs()),
      recent: await recentTraffic(query, recentMinutes),
    }));
  } catch (error) {
    if (error instanceof ClusterError && error.code === 'DATABASE_UNAVAILABLE') return null;
    throw error;
  }
}

function rememberedGateways(plane: Plane): GatewayStatus[] {
  const nowMs = plane.clock.wallMs();
  return [...plane.reports].map(([gateway, { report, seenAtMs }]) => ({
    gateway,
    report,
    lastSeenAt: new Date(seenAtMs).toISOString(),
    connected: nowMs - seenAtMs < connectedWithinMs,
  }));
}
