import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { requireH2load } from './bench/h2load.ts';
import { judge } from './bench/judge.ts';
import { measureAll } from './bench/measure.ts';
import { printResults } from './bench/print-results.ts';
import { factsOf, writeReport } from './bench/write-report.ts';
import { requireWrk } from './bench/wrk.ts';

// Measures the gateway beside the plain loop over `session.run()`, in interleaved rounds, and writes docs/benchmarks/.
// make bench [ARGS="--rounds 3 --seconds 1 --dry"]
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1' },
    dry: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
if (availableParallelism() < 2) {
  throw new Error('two cores are needed: servers that are measured alone get one of them');
}
const [loadBefore = 0] = loadavg();
const programs = { wrk: requireWrk(), h2load: requireH2load() };
const startedAtMs = performance.now();
const folder = await mkdtemp(join(tmpdir(), 'cluster-ai-bench-'));
try {
  const { results, checked, flame } = await measureAll({ folder, rounds, seconds });
  const verdicts = judge(results);
  printResults(results, verdicts);
  const minutes = (performance.now() - startedAtMs) / 60_000;
  console.log(`\n${minutes.toFixed(1)} minutes`);
  const facts = await factsOf(programs, { rounds, seconds, loadBefore, minutes, checked });
  if (!values.dry) await writeReport({ facts, verdicts, results }, flame);
} finally {
  await rm(folder, { recursive: true, force: true });
}
