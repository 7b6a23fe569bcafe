import { setTimeout as delay } from 'node:timers/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';
import type { Engine } from './engine.ts';
import type { ComposeSet } from './settings.ts';

/** One container of a set. */
export interface ServiceContainer {
  readonly id: string;
  readonly service: string;
  readonly image: string;
  /** `running`, `exited`, … */
  readonly state: string;
  /** Of its own health check; `none` when it has none. */
  readonly health: 'starting' | 'healthy' | 'unhealthy' | 'none';
  /** What the last run of the health check printed. */
  readonly lastCheck: string;
  readonly restarts: number;
}

const inspected = z.array(
  z.object({
    Id: z.string(),
    RestartCount: z.number(),
    Config: z.object({ Image: z.string(), Labels: z.record(z.string(), z.string()) }),
    State: z.object({
      Status: z.string(),
      Health: z
        .object({
          Status: z.enum(['starting', 'healthy', 'unhealthy', 'none']),
          Log: z.array(z.object({ Output: z.string() })).nullable(),
        })
        .optional(),
    }),
  }),
);

/** The containers of a set, also those that have ended; without those that were run for one command. */
export function containersOf(engine: Engine, set: ComposeSet): ServiceContainer[] {
  const filter = `label=com.docker.compose.project=${set.project}`;
  const ids = engine.docker('ps', '--all', '--quiet', '--filter', filter).split('\n').filter(Boolean);
  if (ids.length === 0) return [];
  return inspected
    .parse(JSON.parse(engine.docker('inspect', ...ids)))
    .filter(({ Config }) => Config.Labels['com.docker.compose.oneoff'] !== 'True')
    .map(({ Id, RestartCount, Config, State }) => ({
      id: Id,
      service: Config.Labels['com.docker.compose.service'] ?? '',
      image: Config.Image,
      state: State.Status,
      health: State.Health?.Status ?? 'none',
      lastCheck: State.Health?.Log?.at(-1)?.Output.trim() ?? '',
      restarts: RestartCount,
    }))
    .toSorted((a, b) => a.service.localeCompare(b.service));
}

/** True for a container that does what it should: it runs and is healthy, or it was there to prepare and is done. */
export function isWell({ state, health, service }: ServiceContainer): boolean {
  if (service === 'prepare') return state === 'exited';
  return state === 'running' && health === 'healthy';
}

/** Healthy within this time, or something is wrong. */
const healthyWithinMs = 240_000;

/** Waits until each service is healthy by its own health check. @throws ClusterError DEADLINE_EXCEEDED with its last words. */
export async function untilHealthy(engine: Engine, set: ComposeSet, services: readonly string[]): Promise<void> {
  const beganMs = performance.now();
  for (;;) {
    const all = containersOf(engine, set);
    const waiting = services.filter((name) => {
      const own = all.filter(({ service }) => service === name);
      return own.length === 0 || !own.every(isWell);
    });
    if (waiting.length === 0) return;
    if (performance.now() - beganMs > healthyWithinMs) throw notHealthy(engine, set, all, waiting);
    await delay(500);
  }
}

function notHealthy(
  engine: Engine,
  set: ComposeSet,
  all: readonly ServiceContainer[],
  waiting: readonly string[],
): ClusterError {
  const words = waiting.map((name) => {
    const container = all.find(({ service }) => service === name);
    if (container === undefined) return `${name}: there is no container`;
    return `${name}: ${container.state}, ${container.health}${container.lastCheck === '' ? '' : `: ${container.lastCheck}`}`;
  });
  return new ClusterError('DEADLINE_EXCEEDED', `not healthy within ${healthyWithinMs / 1_000} s: ${words.join('; ')}`, {
    fix: `${engine.composeText(set)} logs ${waiting.join(' ')}`,
  });
}
