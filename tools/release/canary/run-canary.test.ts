import { expect, test } from 'vitest';
import type { GatewayCounters } from '../figures/read-page.ts';
import { objectiveSchema } from '../gate/objective.ts';
import type { Release } from '../release-manifest.ts';
import type { ReleaseTarget, Track } from '../targets/target.ts';
import { canaryPlanSchema } from './canary-plan.ts';
import { runCanary, type CanaryOutcome } from './run-canary.ts';

const digest = (letter: string): string => `registry.example.com/cluster-ai/gateway@sha256:${letter.repeat(64)}`;
const releaseOf = (version: string, letter: string): Release => ({
  version,
  revision: letter.repeat(40),
  builtAt: '2026-01-02T03:04:05.000Z',
  images: { gateway: digest(letter), 'control-plane': digest(letter), dashboard: digest(letter), cli: digest(letter) },
});
const old = releaseOf('1.0.0', 'a');
const fresh = releaseOf('1.1.0', 'b');
const plan = canaryPlanSchema.parse({ stepMsMin: 10_000, stepMsMax: 120_000 });
const objective = objectiveSchema.parse({});

interface Behaviour {
  readonly requestsPerSecond: number;
  /** Of the new release, by the percent that it gets. */
  readonly faultRatio: (percent: number) => number;
  readonly failing?: 'startCanary' | 'shift' | 'adopt' | 'counters';
  /** Looks at the new release in which its gateway does not answer, the first being 1. */
  readonly missedLooks?: readonly number[];
}

/** A target whose clock stands still but for pauses, with traffic that is divided as it was told. */
function simulate(behaviour: Behaviour) {
  let nowMs = 0;
  let percent = 0;
  let looks = 0;
  const calls: string[] = [];
  const counted: Record<Track, { requests: number; faults: number }> = {
    stable: { requests: 0, faults: 0 },
    canary: { requests: 0, faults: 0 },
  };
  const did = async (what: string): Promise<void> => {
    calls.push(what);
    if (behaviour.failing !== undefined && what.startsWith(behaviour.failing)) throw new Error(`${what} went wrong`);
    await Promise.resolve();
  };
  const countersOf = (track: Track): readonly GatewayCounters[] => {
    const { requests, faults } = counted[track];
    const whole = Math.floor(requests);
    return [
      {
        instance: track,
        startedAtSeconds: 1,
        requests: whole,
        faults: Math.floor(faults),
        withinSeconds: new Map([[0.01, whole]]),
      },
    ];
  };
  const target: ReleaseTarget = {
    name: 'simulated',
    deploy: (release) => did(`deploy ${release.version}`),
    startCanary: (release) => did(`startCanary ${release.version}`),
    shift: async (share) => {
      await did(`shift ${share}`);
      percent = share;
    },
    counters: async (track) => {
      if (behaviour.failing === 'counters') throw new Error('counters went wrong');
      if (track === 'canary') {
        looks += 1;
        if (behaviour.missedLooks?.includes(looks)) return [];
      }
      return await Promise.resolve(countersOf(track));
    },
    adopt: (release) => did(`adopt ${release.version}`),
    abandonCanary: async () => {
      await did('abandonCanary');
      percent = 0;
    },
  };
  const notes: string[] = [];
  const stop = new AbortController();
  const world = {
    nowMs: () => nowMs,
    pause: async (durationMs: number): Promise<void> => {
      nowMs += durationMs;
      const sent = (behaviour.requestsPerSecond * durationMs) / 1_000;
      counted.stable.requests += sent * (1 - percent / 100);
      counted.canary.requests += sent * (percent / 100);
      counted.canary.faults += sent * (percent / 100) * behaviour.faultRatio(percent);
      await Promise.resolve();
    },
    note: async (event: string, detail: string): Promise<void> => {
      notes.push(`${event}: ${detail}`);
      await Promise.resolve();
    },
    stop: stop.signal,
  };
  const run = (): Promise<CanaryOutcome> => runCanary(target, fresh, { plan, objective, previous: old }, world);
  return { run, calls, notes, stop };
}

test('a good release gets step by step all of it', async () => {
  const { run, calls, notes } = simulate({ requestsPerSecond: 100, faultRatio: () => 0 });
  const outcome = await run();
  expect(outcome.kind).toBe('promoted');
  expect(calls).toEqual(['startCanary 1.1.0', 'shift 5', 'shift 25', 'shift 50', 'shift 100', 'adopt 1.1.0']);
  expect(notes.filter((note) => note.startsWith('judged')).length).toBe(4);
});

test('a gateway that one look or two do not find is not gone; one that three in a row do not find is', async () => {
  const steady = { requestsPerSecond: 100, faultRatio: () => 0 };
  expect((await simulate({ ...steady, missedLooks: [2, 4, 5] }).run()).kind).toBe('promoted');
  expect(await simulate({ ...steady, missedLooks: [2, 3, 4] }).run()).toMatchObject({
    kind: 'rolled-back',
    reason: '1 of its gateways no longer answer',
    // Three looks of two seconds each.
    noticedAfterMs: 6_000,
  });
});

test('one in twenty that fails: taken back at the first step, and the time is told', async () => {
  const { run, calls, notes } = simulate({ requestsPerSecond: 200, faultRatio: () => 0.05 });
  const outcome = await run();
  expect(outcome).toMatchObject({
    kind: 'rolled-back',
    percent: 5,
    reason: expect.stringContaining('requests failed'),
  });
  expect(calls).toEqual(['startCanary 1.1.0', 'shift 5', 'abandonCanary']);
  expect(notes.at(-1)).toMatch(/^rolled-back: at 5 %: .* Noticed after \d+\.\d s, rolled back in \d+\.\d s$/);
  if (outcome.kind === 'rolled-back') expect(outcome.noticedAfterMs).toBeLessThan(30_000);
});

test('a fault that shows under load only is met at the step that brings it', async () => {
  const { run, calls } = simulate({ requestsPerSecond: 200, faultRatio: (percent) => (percent >= 50 ? 0.2 : 0) });
  expect(await run()).toMatchObject({ kind: 'rolled-back', percent: 50 });
  expect(calls).toEqual(['startCanary 1.1.0', 'shift 5', 'shift 25', 'shift 50', 'abandonCanary']);
});

test('too few requests are no proof: the step ends, and so does the canary', async () => {
  const { run } = simulate({ requestsPerSecond: 1, faultRatio: () => 0 });
  expect(await run()).toMatchObject({
    kind: 'rolled-back',
    percent: 5,
    reason: expect.stringMatching(/^not proven after 120\.0 s: \d+ of 200 requests seen$/),
  });
});

test.each(['startCanary', 'shift', 'counters'] as const)(
  'when %s goes wrong on the way, the old release serves everything in the end',
  async (failing) => {
    const { run, calls } = simulate({ requestsPerSecond: 100, faultRatio: () => 0, failing });
    expect(await run()).toMatchObject({ kind: 'rolled-back', reason: expect.stringContaining('went wrong') });
    expect(calls.at(-1)).toBe('abandonCanary');
  },
);

test('where the new release could not be taken over whole, the old one is deployed again', async () => {
  const { run, calls } = simulate({ requestsPerSecond: 100, faultRatio: () => 0, failing: 'adopt' });
  expect(await run()).toMatchObject({ kind: 'rolled-back', percent: 100 });
  expect(calls.slice(-3)).toEqual(['adopt 1.1.0', 'abandonCanary', 'deploy 1.0.0']);
});

test('a run that is stopped takes the release back', async () => {
  const { run, calls, stop } = simulate({ requestsPerSecond: 100, faultRatio: () => 0 });
  stop.abort();
  expect(await run()).toMatchObject({ kind: 'rolled-back', reason: 'the run was stopped' });
  expect(calls.at(-1)).toBe('abandonCanary');
});
