import { Agent } from 'node:http';
import { irisRequest } from '../../iris.ts';
import { pause } from '../../start-platform.ts';
import { sendOnce, type Outcome } from '../../steady-load.ts';
import { predictionsPerSecond } from './day.ts';
import { soakRequest } from './soak-model.ts';
import type { World } from './world.ts';

export interface PredictionCounts {
  answered: number;
  /** 503 with its reason, close after a runner was killed. */
  refusedAfterKill: number;
}

/** How long after a runner's end its models may answer with 503. */
const graceMs = 10_000;

/**
 * Predicts until `endMs` on connections that stay open, as often as the time of the day wants it.
 * @param explain told of every answer that nobody may get
 */
export async function predictAllDay(
  world: World,
  day: { readonly startMs: number; readonly endMs: number; readonly meanPerSecond: number },
  parts: { readonly killedAtMs: () => number; readonly complain: (what: string) => void },
): Promise<PredictionCounts> {
  const counts = { answered: 0, refusedAfterKill: 0 };
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const pending = new Set<Promise<void>>();
  while (performance.now() < day.endMs) {
    const beganMs = performance.now();
    const load = world.random() < 0.5 ? irisRequest : soakRequest(world);
    const predict = async (): Promise<void> => {
      const outcome = await sendOnce(world.platform.gatewayUrl, load, agent);
      const complaint = judge(outcome, performance.now() - parts.killedAtMs() < graceMs, counts);
      if (complaint !== null) parts.complain(`a prediction: ${complaint}`);
    };
    const sent = predict().finally(() => pending.delete(sent));
    pending.add(sent);
    const share = (beganMs - day.startMs) / (day.endMs - day.startMs);
    await pause(1_000 / predictionsPerSecond(share, day.meanPerSecond));
  }
  await Promise.all(pending);
  agent.destroy();
  return counts;
}

function judge(outcome: Outcome, afterKill: boolean, counts: PredictionCounts): string | null {
  if (outcome.kind === 'answered') {
    counts.answered += 1;
    return null;
  }
  if (outcome.kind === 'error' && outcome.status === 503 && afterKill) {
    counts.refusedAfterKill += 1;
    return null;
  }
  return outcome.kind === 'error' ? `${outcome.status} ${outcome.text}` : `${outcome.kind}: ${outcome.text}`;
}
