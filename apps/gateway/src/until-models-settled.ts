import { setTimeout as sleep } from 'node:timers/promises';
import type { Phase } from '@cluster-ai/platform/lifecycle/lifecycle.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { Deployment } from './models/deployment.ts';

export interface SettlingParts {
  readonly deployment: Pick<Deployment, 'settled' | 'loadingNames'>;
  readonly log: Logger;
  readonly limitMs: number;
}

const checkEveryMs = 20;

/**
 * For a gateway that shares its port: connections would come to it while it answers that its models are being loaded, and
 * the gateways beside it would have answered them. It joins once its first models are loaded or refused, and after
 * `limitMs` in any case.
 */
export function firstModelsPhase({ deployment, log, limitMs }: SettlingParts): Phase {
  return {
    name: 'first models',
    why: 'a gateway joins a shared port when it can answer',
    stopTimeoutMs: 100,
    start: async (signal) => {
      const endMs = performance.now() + limitMs;
      while (!deployment.settled && !signal.aborted) {
        if (performance.now() > endMs) {
          log.warn(
            { loading: deployment.loadingNames(), limitMs },
            'joining the shared port before all models are there',
          );
          return;
        }
        await sleep(checkEveryMs);
      }
    },
  };
}
