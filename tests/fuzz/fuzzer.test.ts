import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readInputs, writeInput } from './engine/corpus.ts';
import { missingInputs } from './engine/missing-inputs.ts';
import { noteProgress } from './engine/progress.ts';
import { reduceCorpus } from './engine/reduce-corpus.ts';
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

/** Runs the fuzzer as `make fuzz` does, on the targets of these tests. */
const door = (...args: readonly string[]) => {
  const program = join(import.meta.dirname, 'fuzz.ts');
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [program, '--targets', targets, '--jobs', '1', ...args],
    { encoding: 'utf8' },
  );
  return { output: stdout + stderr, lastLine: stdout.trimEnd().split('\n').at(-1), status };
};

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

  it('keeps what alone gets somewhere before what goes the same way more often', async () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    const kept = await reduceCorpus({
      target: {
        about: 'notes how often it saw an a, and where it saw a z',
        form: 'bytes',
        seeds: () => [],
        run: (input) => {
          for (const byte of input) noteProgress(byte === 0x7a ? 'far away' : 'near');
        },
      },
      inputs: ['a', 'aa', 'aaa', 'aaaaaa', 'aaaaaaz'].map(bytes),
      known: [],
      inputsMax: 3,
      before: () => undefined,
    });
    expect(kept.map((input) => Buffer.from(input).toString())).toEqual(['a', 'aa', 'aaaaaaz']);
  });

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
    'is not what is slow for the instruments alone, and such a doubt leaves alone what was found before',
    async () => {
      const order = orderOf('watched', { runsMax: 1 });
      writeInput(order.foundFolder, new TextEncoder().encode('abc'));
      const { found, result } = await runTarget(order);
      expect({ found, executions: result?.executions }).toEqual({ found: [], executions: 1 });
      expect(readInputs(order.foundFolder)).toHaveLength(1);
    },
    testTimeoutMs,
  );

  it.each([
    ['slow', 'x'.repeat(65_536), /^slow: time: took \d+ ms, and 1000 is the limit$/m],
    ['greedy', '+', /^greedy: memory: took \d+ MiB, and 128 is the limit$/m],
  ])(
    'is wrong by the same limits when it is run again: %s',
    (target, text, said) => {
      const input = join(scratch, `again-${target}`);
      writeFileSync(input, text);
      const { output, lastLine, status } = door('--target', target, '--input', input);
      expect({ lastLine, status }).toEqual({ lastLine: '0 passed, 1 failed', status: 1 });
      expect(output).toMatch(said);
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

  it(
    'is red when next to nothing was run: who has not looked has found nothing',
    () => {
      const found = join(scratch, 'sluggish');
      const { output, lastLine, status } = door('--target', 'sluggish', '--minutes', '0.1', '--found', found);
      expect({ lastLine, status }).toEqual({ lastLine: '0 passed, 1 failed', status: 1 });
      expect(output).toMatch(/TOO FEW INPUTS: \d+ new ones in 4\.5 s, and 450 are the least that shows anything/);
    },
    testTimeoutMs,
  );

  it('asks for new inputs alone, for no more than it was told to run, and for none when something was found', () => {
    const result = { executions: 1_500, executionsAtStart: 600 };
    const judge = (changes: { seconds?: number; runsMax?: number; isFound?: boolean }) => {
      const { seconds = 10, runsMax = 9_999, isFound = false } = changes;
      const found = isFound ? [{ name: 'hang', message: '', executions: 1, path: '' }] : [];
      // The other figures of a result are for people.
      const outcome = { found, result } as unknown as Parameters<typeof missingInputs>[0];
      return missingInputs(outcome, { seconds, runsMax }, 100);
    };
    expect(judge({})).toBe('900 new ones in 10.0 s, and 1000 are the least that shows anything');
    expect([judge({ seconds: 9 }), judge({ runsMax: 1_500 }), judge({ isFound: true })]).toEqual([null, null, null]);
  });

  it('names the targets when it is asked for one that is not there', () => {
    expect(door('--target', 'nonsense')).toMatchObject({
      status: 1,
      output: expect.stringContaining("there is no target 'nonsense'; there are endless, fatal, greedy"),
    });
  });
});
