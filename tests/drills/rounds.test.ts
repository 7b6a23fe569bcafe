import { expect, test } from 'vitest';
import { runDrill } from './rounds/drill.ts';
import { canLimitDisks } from './rounds/limited-disk.ts';
import { roundsOfAllKinds } from './rounds/plan.ts';

// `make drills` is the same with a hundred rounds.

const seed = 4;

test('a platform with keys and TLS is broken in every way, round after round, and its clients are served rightly', async () => {
  const { violations, predictions, writes, effects, healMs } = await runDrill({
    seed,
    rounds: roundsOfAllKinds,
    from: 0,
    print: (line) => console.log(line),
  });
  console.log(
    `seed ${seed}: predictions ${JSON.stringify(predictions)}, ${writes} writes, well again after ` +
      `${(Math.max(...healMs) / 1_000).toFixed(1)} s at most`,
  );
  console.log(effects.join('\n'));
  expect(violations).toEqual([]);
  // What was planned was done: a fault without an effect is a violation, and here each kind has had one.
  const kinds = ['kill', 'stop', 'cut', 'black-hole', ...(canLimitDisks() ? ['fill'] : [])];
  expect(kinds.filter((kind) => !effects.some((effect) => effect.startsWith(`${kind} `)))).toEqual([]);
  expect(effects.length).toBeGreaterThan(roundsOfAllKinds);
  expect(healMs).toHaveLength(roundsOfAllKinds);
  expect(predictions['answered']).toBeGreaterThan(200);
  expect(writes).toBeGreaterThan(20);
}, 600_000);
