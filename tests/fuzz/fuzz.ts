import { availableParallelism } from 'node:os';
import { basename, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { readInput } from './engine/corpus.ts';
import { findTargets, planRuns, type PlannedRun } from './engine/plan.ts';
import { missingInputs } from './engine/missing-inputs.ts';
import { runTarget, type TargetOutcome } from './engine/run-target.ts';
import { replayInput } from './engine/replay.ts';

// The door to the fuzzer: node tests/fuzz/fuzz.ts [--minutes 60] [--target a,b] [--seed N] [--keep] [--input FILE].
// The last line of its output is 'N passed, N failed', alone: targets, and what was found.

const minutesDefault = 60;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '' },
    target: { type: 'string', default: '' },
    seed: { type: 'string', default: '' },
    input: { type: 'string', default: '' },
    runs: { type: 'string', default: '' },
    jobs: { type: 'string', default: '' },
    targets: { type: 'string', default: join(import.meta.dirname, 'targets') },
    found: { type: 'string', default: join(import.meta.dirname, 'found') },
    keep: { type: 'boolean', default: false },
    blind: { type: 'boolean', default: false },
  },
});

/** @throws Error that names the option. */
function numberOf(option: 'minutes' | 'seed' | 'runs' | 'jobs', otherwise: number): number {
  const text = values[option];
  if (text === '') return otherwise;
  const value = Number(text);
  if (!(value >= 0)) throw new Error(`--${option}: '${text}' is not a number`);
  return value;
}

interface Judged extends TargetOutcome {
  /** Why it does not count as passed although nothing was found; null when enough was run. */
  readonly tooFew: string | null;
}

const targets = await findTargets(values.targets, values.target === '' ? null : values.target.split(','));

if (values.input === '') await fuzz();
else await replay(values.input);

async function fuzz(): Promise<void> {
  const seed = numberOf('seed', Date.now() % 1_000_000);
  const jobs = Math.max(1, numberOf('jobs', Math.min(2, availableParallelism())));
  const minutes = numberOf('minutes', minutesDefault);
  console.log(`${targets.length} targets, ${minutes} minutes, ${jobs} at once; SEED=${seed}`);
  const waiting = planRuns(targets, minutes * 60 * jobs);
  const judged: Judged[] = [];
  const worker = async (): Promise<void> => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      const order = orderOf(run, seed);
      const outcome = await runTarget(order);
      const tooFew = missingInputs(outcome, order, run.perSecondMin);
      judged.push({ ...outcome, tooFew });
      console.log(textOf({ ...outcome, tooFew }));
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  const found = judged.reduce((sum, outcome) => sum + outcome.found.length, 0);
  const executions = judged.reduce((sum, { result }) => sum + (result?.executions ?? 0), 0);
  console.log(`\n${executions} inputs were run; ${found} failures were found (SEED=${seed}).`);
  const passed = judged.filter((outcome) => outcome.found.length === 0 && outcome.tooFew === null).length;
  const failed = found + judged.filter(({ tooFew }) => tooFew !== null).length;
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && judged.length > 0 ? 0 : 1;
}

function orderOf({ file, seconds }: PlannedRun, seed: number) {
  const name = basename(file, '.ts');
  const corpus = join(import.meta.dirname, 'corpus', name);
  return {
    targetFile: file,
    seed,
    seconds,
    runsMax: numberOf('runs', Number.MAX_SAFE_INTEGER),
    findingsMax: 20,
    guided: !values.blind,
    corpusFolders: [corpus, join(import.meta.dirname, 'found', name)],
    keepFolder: values.keep ? corpus : null,
    foundFolder: join(values.found, name),
  };
}

function textOf({ target, found, result, tooFew }: Judged): string {
  const lines = found.map(({ name, message, executions, path }) =>
    [
      `  FOUND ${name}, after ${executions} inputs`,
      `    ${message.trim().replaceAll('\n', '\n    ')}`,
      `    again: make fuzz TARGET=${target} INPUT=${relative(process.cwd(), path)}`,
    ].join('\n'),
  );
  if (result === null) return [`${target.padEnd(22)} ended early`, ...lines].join('\n');
  const { executions, seconds, placesAtStart, places, placesInAll, inputsAtStart, inputs } = result;
  const speed = Math.round(executions / Math.max(seconds, 0.001));
  const summary = [
    target.padEnd(22),
    `${executions} inputs in ${seconds.toFixed(1)} s (${speed}/s)`.padEnd(38),
    `places ${placesAtStart} → ${places} of ${placesInAll}`.padEnd(30),
    `outcomes ${result.outcomesAtStart} → ${result.outcomes}`.padEnd(28),
    `corpus ${inputsAtStart} → ${inputs}`.padEnd(22),
    `${Math.round(result.peakMib)} MiB`,
  ];
  if (tooFew !== null) lines.push(`  TOO FEW INPUTS: ${tooFew}`);
  return [summary.join('  '), ...lines].join('\n');
}

async function replay(path: string): Promise<void> {
  const [target, ...others] = targets;
  if (target === undefined || others.length > 0) throw new Error('--input needs --target with the name of one target');
  const { failures, milliseconds, grownMib } = await replayInput(target.target, readInput(path));
  console.log(`${target.name}: ${failures.length === 0 ? 'no failure' : failures.join('\n')}`);
  console.log(`${milliseconds.toFixed(1)} ms, ${grownMib.toFixed(0)} MiB more than before`);
  console.log(`\n${failures.length === 0 ? 1 : 0} passed, ${failures.length} failed`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}
