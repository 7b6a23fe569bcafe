import { join } from 'node:path';
import { buildScanners } from '../security-scan/scanner-programs.ts';
import type { Outcome } from './count-tests.ts';
import { buildGoPrograms } from './go-programs.ts';
import { installPrerequisites } from './prerequisites.ts';
import { installPythonEnvironments } from './python-environment.ts';
import { runCheck } from './run-check.ts';
import { runFuzz } from './run-fuzz.ts';
import { runVitest } from './run-vitest.ts';

/** What needs an engine and minutes: run when it is asked for, and only then. */
const engineKinds = ['containers', 'cluster', 'supply'] as const;
type EngineKind = (typeof engineKinds)[number];

export interface Step {
  readonly title: string;
  readonly kind: 'prepare' | 'checks' | 'unit' | 'system' | 'fuzz' | EngineKind;
  readonly run: () => Outcome | Promise<Outcome>;
  /** It waits for the network or keeps one core busy, and measures nothing: it may run beside its neighbours. */
  readonly besideOthers?: true;
}

const root = join(import.meta.dirname, '..', '..');

/** Where the tests lie, by the project of vitest.config.ts that runs them. */
export const unitTests = '{packages,apps,tools,models,web-dashboard/src}/**/*.test.ts';
export const systemTests = 'tests/**/*.test.ts';

/** For all targets together; `make fuzz` takes longer. */
const fuzzMinutes = 1.2;

const check =
  (program: string, ...args: readonly string[]) =>
  (): Promise<Outcome> =>
    runCheck(root, program, args);

/** What only prepares proves nothing, but it may fail. */
const prepare = (work: (root: string) => void | Promise<void>) => async (): Promise<Outcome> => {
  await work(root);
  return { passed: 0, failed: 0, remarks: [] };
};

/** All that `make test` does, in this order, and after it what `make test-containers`, `test-cluster` and `test-supply` do. */
export const steps: readonly Step[] = [
  {
    title: 'programs of this machine',
    kind: 'prepare',
    run: prepare((folder) => installPrerequisites(folder, 'test')),
  },
  { title: 'Go programs', kind: 'prepare', run: prepare(buildGoPrograms), besideOthers: true },
  { title: 'Python programs', kind: 'prepare', run: prepare(installPythonEnvironments), besideOthers: true },
  { title: 'types', kind: 'checks', run: check('tsc', '--noEmit', '-p', 'tsconfig.json'), besideOthers: true },
  {
    title: 'types of the dashboard',
    kind: 'checks',
    run: check('tsc', '--noEmit', '-p', 'web-dashboard/tsconfig.json'),
    besideOthers: true,
  },
  {
    title: 'types of the dashboard’s mock',
    kind: 'checks',
    run: check('tsc', '--noEmit', '-p', 'web-dashboard/mock/tsconfig.json'),
    besideOthers: true,
  },
  { title: 'lint', kind: 'checks', run: check('oxlint'), besideOthers: true },
  { title: 'format', kind: 'checks', run: check('oxfmt', '--check'), besideOthers: true },
  { title: 'dead code', kind: 'checks', run: check('knip', '--no-progress', '--no-config-hints'), besideOthers: true },
  { title: 'house style', kind: 'checks', run: check(process.execPath, 'tools/tidy.ts'), besideOthers: true },
  {
    title: 'unit tests',
    kind: 'unit',
    run: () => runVitest(root, 'unit', unitTests),
  },
  { title: 'fuzzing', kind: 'fuzz', run: () => runFuzz(root, fuzzMinutes) },
  { title: 'system tests', kind: 'system', run: () => runVitest(root, 'system', systemTests) },
  { title: 'system tests, one at a time', kind: 'system', run: () => runVitest(root, 'system-alone', systemTests) },
  ...engineKinds.flatMap((kind): Step[] => [
    {
      title: `programs for ${kind}`,
      kind,
      run: prepare((folder) => installPrerequisites(folder, `test-${kind}`)),
    },
    // Minutes each, the first time: longer than a test may take.
    ...(kind === 'supply' ? [{ title: 'scanners', kind, run: prepare(buildScanners) }] : []),
    { title: `tests of ${kind}`, kind, run: () => runVitest(root, kind, `tests/${kind}/**/*.test.ts`) },
  ]),
];

/** @param word what `make test` was asked for: a kind of step, or undefined for all of it. */
export function isWanted({ kind }: Step, word: string | undefined): boolean {
  if (word === undefined) return !engineKinds.some((one) => one === kind);
  return kind === word || (kind === 'prepare' && word === 'system');
}
