import { join } from 'node:path';
import type { Outcome } from './test/count-tests.ts';
import { installPrerequisites } from './test/prerequisites.ts';
import { installPythonEnvironments } from './test/python-environment.ts';
import { runCheck } from './test/run-check.ts';
import { runFuzz } from './test/run-fuzz.ts';
import { runVitest } from './test/run-vitest.ts';

// The test door: node tools/test.ts [checks|unit|system|fuzz]; without a word, all of it.
// The last line of its output is 'N passed, N failed', alone.

interface Step {
  readonly title: string;
  readonly kind: 'prepare' | 'checks' | 'unit' | 'system' | 'fuzz';
  readonly run: () => Outcome;
}

const root = join(import.meta.dirname, '..');

/** For all targets together; `make fuzz` takes longer. */
const fuzzMinutes = 2;

const check =
  (program: string, ...args: readonly string[]) =>
  (): Outcome =>
    runCheck(root, program, args);

/** What only prepares proves nothing, but it may fail. */
const prepare = (work: (root: string) => void) => (): Outcome => {
  work(root);
  return { passed: 0, failed: 0, remarks: [] };
};

const steps: readonly Step[] = [
  {
    title: 'programs of this machine',
    kind: 'prepare',
    run: prepare((folder) => installPrerequisites(folder, 'test')),
  },
  { title: 'Python programs', kind: 'prepare', run: prepare(installPythonEnvironments) },
  { title: 'types', kind: 'checks', run: check('tsc', '--noEmit', '-p', 'tsconfig.json') },
  {
    title: 'types of the dashboard',
    kind: 'checks',
    run: check('tsc', '--noEmit', '-p', 'web-dashboard/tsconfig.json'),
  },
  {
    title: 'types of the dashboard’s mock',
    kind: 'checks',
    run: check('tsc', '--noEmit', '-p', 'web-dashboard/mock/tsconfig.json'),
  },
  { title: 'lint', kind: 'checks', run: check('oxlint') },
  { title: 'format', kind: 'checks', run: check('oxfmt', '--check') },
  { title: 'dead code', kind: 'checks', run: check('knip', '--no-progress', '--no-config-hints') },
  { title: 'house style', kind: 'checks', run: check(process.execPath, 'tools/tidy.ts') },
  {
    title: 'unit tests',
    kind: 'unit',
    run: () => runVitest(root, 'unit', '{packages,apps,tools,models,web-dashboard}/**/*.test.{ts,tsx}'),
  },
  { title: 'fuzzing', kind: 'fuzz', run: () => runFuzz(root, fuzzMinutes) },
  { title: 'system tests', kind: 'system', run: () => runVitest(root, 'system', 'tests/**/*.test.ts') },
];

function isWanted({ kind }: Step, word: string | undefined): boolean {
  if (word === undefined) return true;
  return kind === word || (kind === 'prepare' && word === 'system');
}

function runStep(step: Step): Outcome & { line: string } {
  console.log(`\n── ${step.title}`);
  const startedAt = performance.now();
  const outcome = outcomeOf(step);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  for (const remark of outcome.remarks) console.log(`  ${remark}`);
  const counts = outcome.passed + outcome.failed === 0 ? 'done' : `${outcome.passed} passed, ${outcome.failed} failed`;
  return { ...outcome, line: `  ${step.title.padEnd(30)} ${counts.padEnd(26)} ${seconds.padStart(7)} s` };
}

function outcomeOf(step: Step): Outcome {
  try {
    return step.run();
  } catch (error) {
    // The other steps still have something to say.
    return { passed: 0, failed: 1, remarks: [error instanceof Error ? error.message : String(error)] };
  }
}

const word = process.argv[2];
const outcomes = steps.filter((step) => isWanted(step, word)).map(runStep);
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
console.log(`\n── all of it\n${outcomes.map(({ line }) => line).join('\n')}`);
if (outcomes.length === 0) console.log(`There is no part '${word}': write checks, unit, system, fuzz, or nothing.`);
console.log(`\n${passed} passed, ${failed} failed`);
// Nothing proven is not a success.
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
