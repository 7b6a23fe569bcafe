import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readInputs } from './engine/corpus.ts';
import { runTarget, type TargetOrder } from './engine/run-target.ts';

const targets = join(import.meta.dirname, 'testdata/targets');
const testTimeoutMs = 120_000;

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'fuzzer-test-'));
});
afterAll(() => rmSync(scratch, { recursive: true }));

let runs = 0;

/** One run of a target that is made for these tests; what it finds lies in a folder of its own. */
const orderOf = (target: string, changes: Partial<TargetOrder> = {}): TargetOrder => ({
  targetFile: join(targets, `${target}.ts`),
  seed: 7,
  seconds: 60,
  runsMax: 20_000,
  findingsMax: 20,
  guided: true,
  corpusFolders: [],
  keepFolder: null,
  foundFolder: join(scratch, `${target}-${(runs += 1)}`),
  ...changes,
});

describe('guidance', () => {
  const runsMax = 150_000;

  it(
    'finds what is planted behind four comparisons, each within the other; chance alone does not get past the first',
    async () => {
      const guided = await runTarget(orderOf('planted', { runsMax, findingsMax: 1 }));
      const sameEffort = guided.result?.executions ?? runsMax;
      const blind = await runTarget(orderOf('planted', { runsMax: sameEffort, guided: false }));
      console.log(
        `guided: found after ${guided.found[0]?.executions} inputs; ${guided.result?.executions} inputs in ${guided.result?.seconds.toFixed(1)} s, ${guided.result?.places} places;` +
          ` blind: ${blind.result?.executions} inputs in ${blind.result?.seconds.toFixed(1)} s, ${blind.result?.places} places`,
      );
      expect(guided.found.map(({ name }) => name)).toEqual([
        expect.stringMatching(/^TypeError at read-parcel\.ts:\d+$/),
      ]);
      expect(blind.found).toEqual([]);
      expect(blind.result?.places).toBeLessThan(guided.result?.places ?? 0);
    },
    testTimeoutMs,
  );

  it(
    'keeps what it has learnt: the next run begins where this one ended',
    async () => {
      const keepFolder = join(scratch, 'kept');
      const first = await runTarget(orderOf('planted', { runsMax: 15_000, keepFolder }));
      const second = await runTarget(orderOf('planted', { runsMax: 1, corpusFolders: [keepFolder] }));
      expect(readInputs(keepFolder).length).toBeLessThanOrEqual(first.result?.inputs ?? 0);
      expect(second.result?.placesAtStart).toBeGreaterThanOrEqual((first.result?.placesAtStart ?? 0) + 5);
    },
    testTimeoutMs,
  );

  it(
    'runs the same inputs for the same seed',
    async () => {
      const summary = async (seed: number) => {
        const { result } = await runTarget(orderOf('planted', { seed, runsMax: 2_000 }));
        return [result?.outcomes, result?.inputs, result?.executions];
      };
      const first = await summary(3);
      expect(await summary(3)).toEqual(first);
      expect(await summary(4)).not.toEqual(first);
    },
    testTimeoutMs,
  );
});

describe('what is wrong', () => {
  it.each([
    ['an error by which the server blames itself', 'internal', /^ClusterError at read-badly\.ts:\d+$/, 4_000],
    ['an input that takes longer than a second', 'slow', /^time$/, 4_000],
    ['an input that takes much memory', 'greedy', /^memory$/, 4_000],
    ['an input that ends the process', 'fatal', /^end of the process$/, 4_000],
    ['an input that never comes back', 'endless', /^hang$/, 4_000],
  ])(
    'is found: %s',
    async (_what, target, name, runsMax) => {
      const order = orderOf(target, { runsMax, findingsMax: 1, hangMs: target === 'endless' ? 4_000 : 60_000 });
      const { found } = await runTarget(order);
      expect(found.map((one) => one.name)).toEqual([expect.stringMatching(name)]);
      expect(readdirSync(order.foundFolder)).toHaveLength(1);
    },
    testTimeoutMs,
  );

  it(
    'is made as small as it can be',
    async () => {
      const order = orderOf('internal');
      await runTarget(order);
      expect(readInputs(order.foundFolder).map((input) => Buffer.from(input).toString())).toEqual(['000000000']);
    },
    testTimeoutMs,
  );
});

describe('the door', () => {
  const door = (...args: readonly string[]) => {
    const program = join(import.meta.dirname, 'fuzz.ts');
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [program, '--targets', targets, '--jobs', '1', ...args],
      { encoding: 'utf8' },
    );
    return { output: stdout + stderr, lastLine: stdout.trimEnd().split('\n').at(-1), status };
  };

  it(
    'goes red when something is found, and says how to see it again',
    () => {
      const found = join(scratch, 'door');
      const { output, lastLine, status } = door(
        '--target',
        'internal',
        '--runs',
        '5000',
        '--seed',
        '1',
        '--found',
        found,
      );
      expect({ lastLine, status }).toEqual({ lastLine: '0 passed, 1 failed', status: 1 });
      const [name = ''] = readdirSync(join(found, 'internal'));
      expect(output).toMatch(new RegExp(`again: make fuzz TARGET=internal INPUT=\\S*${name}`));
      const again = door('--target', 'internal', '--input', join(found, 'internal', name));
      expect({ lastLine: again.lastLine, status: again.status }).toEqual({ lastLine: '0 passed, 1 failed', status: 1 });
      expect(again.output).toContain('the input is too long');
    },
    testTimeoutMs,
  );

  it(
    'is green when nothing is found, and shows how fast it was and where it got',
    () => {
      const { output, lastLine, status } = door(
        '--target',
        'sound',
        '--runs',
        '2000',
        '--found',
        join(scratch, 'sound'),
      );
      expect({ lastLine, status }).toEqual({ lastLine: '1 passed, 0 failed', status: 0 });
      expect(output).toMatch(/sound +2000 inputs in .* s \(\d+\/s\) +places \d+ → \d+ of \d+ +outcomes \d+ → \d+/);
    },
    testTimeoutMs,
  );

  it('names the targets when it is asked for one that is not there', () => {
    expect(door('--target', 'nonsense')).toMatchObject({
      status: 1,
      output: expect.stringContaining("there is no target 'nonsense'; there are endless, fatal, greedy"),
    });
  });
});
