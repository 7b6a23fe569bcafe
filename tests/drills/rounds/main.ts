import { parseArgs } from 'node:util';
import { runDrill } from './drill.ts';

// Breaks a whole platform again and again and looks whether its clients were served rightly.
// make drills [SEED=7] [ROUNDS=100] [FROM=0]
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '' },
    rounds: { type: 'string', default: '100' },
    from: { type: 'string', default: '0' },
  },
});
const seed = values.seed === '' ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
const rounds = Number(values.rounds);
const beganMs = performance.now();
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    console.log(`${name}: stopping after this round`);
    stopping.abort();
  });
}
console.log(`seed ${seed}, ${rounds} rounds; the same again: make drills SEED=${seed} ROUNDS=${rounds}`);
const { violations, predictions, writes, healMs } = await runDrill({
  seed,
  rounds,
  from: Number(values.from),
  print: (line) => console.log(line),
  signal: stopping.signal,
});
const sorted = healMs.toSorted((left, right) => left - right);
const heal = (share: number): string => ((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) / 1_000).toFixed(1);
console.log(
  `\n${healMs.length} rounds in ${((performance.now() - beganMs) / 60_000).toFixed(1)} minutes: predictions ${JSON.stringify(predictions)}, ` +
    `${writes} writes; well again after ${heal(0.5)} s (median), ${heal(1)} s at most`,
);
for (const violation of violations) console.log(`VIOLATION ${violation}`);
console.log(`${violations.length} violations, seed ${seed}`);
process.exitCode = violations.length === 0 && healMs.length === rounds ? 0 : 1;
