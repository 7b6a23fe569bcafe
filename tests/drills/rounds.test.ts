import { expect, test } from 'vitest';
import { runDrill } from './rounds/drill.ts';
import { roundsOfAllKinds } from './rounds/plan.ts';

// `make drills` is the same with a hundred rounds.

const seed = 4;

test('a platform with keys and TLS is broken in every way, round after round, and its clients are served rightly', async () => {
  const { violations, predictions, writes, healMs } = await runDrill({
    seed,
    rounds: roundsOfAllKinds,
    from: 0,
    print: (line) => console.log(line),
  });
  console.log(
    `seed ${seed}: predictions ${JSON.stringify(predictions)}, ${writes} writes, well again after ` +
      `${(Math.max(...healMs) / 1_000).toFixed(1)} s at most`,
  );
  expect(violations).toEqual([]);
  expect(healMs).toHaveLength(roundsOfAllKinds);
  expect(predictions['answered']).toBeGreaterThan(200);
  expect(writes).toBeGreaterThan(20);
}, 600_000);
