import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repository } from '../start-platform.ts';
import { runSoak } from './soak/run-soak.ts';

// A day of the platform in an hour: make soak [ARGS="--minutes 60 --seed 1"]. Ends with 1 when something grew, was left, or
// was answered wrongly.
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '25' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes >= 1) || !Number.isFinite(seed)) throw new RangeError('--minutes is 1 or more, --seed a number');
console.log(
  `A day in ${minutes} minutes, seed ${seed}: to repeat it, make soak ARGS="--minutes ${minutes} --seed ${seed}"`,
);
const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ending.abort());
const report = await runSoak({
  minutes,
  share: 1,
  predictionsPerSecond: Number(values.rate),
  seed,
  signal: ending.signal,
  say: (line) => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`),
}).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  // What the day had begun is still on its way.
  process.exit(1);
});
console.log(`\npredictions: ${JSON.stringify(report.predictions)}\ndone: ${JSON.stringify(report.done)}`);
console.log('\nafter a quarter of the run → at its end (trend; allowed)');
for (const { name, unit, first, last, gained, allowed, isTooMuch } of report.growth) {
  const figures = `${first.toFixed(0)} → ${last.toFixed(0)} ${unit} (${gained.toFixed(1)}; ${allowed.toFixed(1)})`;
  console.log(`  ${isTooMuch ? '✗' : '✓'} ${name.padEnd(28)} ${figures}`);
}
console.log(`\nrows 200 days later: ${JSON.stringify(report.rows)}`);
const grown = report.growth.filter(({ isTooMuch }) => isTooMuch).map(({ name }) => `${name} grows`);
const found = [...report.complaints, ...grown, ...report.tooMuch];
const folder = join(repository, '.cache/soak');
await mkdir(folder, { recursive: true });
await writeFile(join(folder, 'latest.json'), `${JSON.stringify({ minutes, seed, ...report }, null, 2)}\n`);
console.log(found.length === 0 ? '\nNothing grew and nothing was left.' : `\n${found.join('\n')}`);
process.exitCode = found.length === 0 ? 0 : 1;
