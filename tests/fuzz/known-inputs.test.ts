import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInputs } from './engine/corpus.ts';
import { findTargets } from './engine/plan.ts';
import { replayInput } from './engine/replay.ts';

// What was found once and mended stays mended: these run without instruments, as in the product, by the fuzzer's limits.

const targets = await findTargets(join(import.meta.dirname, 'targets'), null);

it('has inputs for each target', () => {
  const without = targets.filter(({ name }) => readInputs(join(import.meta.dirname, 'corpus', name)).length === 0);
  expect(without.map(({ name }) => name)).toEqual([]);
});

describe.each(targets)('$name', ({ name, target }) => {
  it('comes through each input that was found once, and through its corpus', async () => {
    const folders = ['found', 'corpus'].map((folder) => join(import.meta.dirname, folder, name));
    let longestMs = 0;
    let mostMib = 0;
    for (const input of folders.flatMap(readInputs)) {
      const { failures, milliseconds, grownMib } = await replayInput(target, input);
      expect({ input: Buffer.from(input).toString('base64'), failures }).toMatchObject({ failures: [] });
      longestMs = Math.max(longestMs, milliseconds);
      mostMib = Math.max(mostMib, grownMib);
    }
    console.log(`${name}: the longest took ${longestMs.toFixed(1)} ms, the largest ${mostMib.toFixed(1)} MiB`);
  });
});
