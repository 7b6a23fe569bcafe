import { ClusterError } from '@cluster-ai/core/errors.ts';
import { untilHealthy } from './containers.ts';
import type { Engine } from './engine.ts';
import type { ComposeSet, ComposeSettings } from './settings.ts';
import { whileTakenOut } from './take-out.ts';

/**
 * Services that may start or be replaced at once, in the order in which they need one another. The gateways stand apart:
 * while one is replaced the other answers, so a new version loses no prediction. The front door comes last, because it
 * alone has no second.
 */
const steps: readonly (readonly string[])[] = [
  ['postgres', 'redis'],
  ['backend'],
  ['inference-gateway-1'],
  ['inference-gateway-2'],
  ['prometheus'],
  ['frontend'],
];

/** All services of a set, in that order. */
export const services: readonly string[] = steps.flat();

/** Those that `make restart` starts again unless it is told: databases only when they are named. */
const restartedByDefault: readonly string[] = ['backend', 'inference-gateway-1', 'inference-gateway-2', 'frontend'];

/** Starts what is not running and replaces what has changed, one step after the other. @throws ClusterError what went wrong. */
export async function rollOut(engine: Engine, settings: ComposeSettings): Promise<void> {
  const set = settings.sets.prod;
  for (const step of steps) {
    await whileTakenOut(engine, settings, step[0] ?? '', async () => {
      const status = engine.compose(set, 'up', '--detach', '--no-deps', ...step);
      if (status !== 0) throw composeFailed(engine, set, `up ${step.join(' ')}`, status);
      await untilHealthy(engine, set, step);
    });
  }
}

/** Starts services again, one after the other, each healthy before the next. @throws ClusterError what went wrong. */
export async function restartInTurn(
  engine: Engine,
  settings: ComposeSettings,
  set: ComposeSet,
  named: readonly string[],
): Promise<void> {
  const unknown = named.filter((name) => !services.includes(name));
  if (unknown.length > 0) {
    throw new ClusterError('INVALID_ARGUMENT', `there is no service ${unknown.join(', ')}`, {
      fix: `name some of: ${services.join(' ')}`,
    });
  }
  const wanted = named.length === 0 ? restartedByDefault : services.filter((name) => named.includes(name));
  for (const name of wanted) {
    const restart = async (): Promise<void> => {
      const status = engine.compose(set, 'restart', '--timeout', '45', name);
      if (status !== 0) throw composeFailed(engine, set, `restart ${name}`, status);
      await untilHealthy(engine, set, [name]);
    };
    await (set.name === 'prod' ? whileTakenOut(engine, settings, name, restart) : restart());
    console.log(`${name} is healthy again`);
  }
}

export function composeFailed(engine: Engine, set: ComposeSet, what: string, status: number): ClusterError {
  return new ClusterError('INTERNAL', `${engine.composeText(set)} ${what} ended with ${status}; its words are above`);
}
