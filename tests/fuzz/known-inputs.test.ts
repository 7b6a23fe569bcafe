import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInputs } from './engine/corpus.ts';
import { findTargets } from './engine/plan.ts';
import { replayInput } from './engine/replay.ts';

// What was found once and mended stays mended: these run without instruments, as in the product.

const targets = await findTargets(join(import.meta.dirname, 'targets'), null);
const timeMsMax = 5_000;

describe.each(targets)('$name', ({ name, target }) => {
  it('comes through each input that was found once, and through its corpus', async () => {
    const folders = ['found', 'corpus'].map((folder) => join(import.meta.dirname, folder, name));
    let longestMs = 0;
    for (const input of folders.flatMap(readInputs)) {
      const { error, milliseconds } = await replayInput(target, input);
      expect({ input: Buffer.from(input).toString('base64'), error }).toMatchObject({ error: null });
      longestMs = Math.max(longestMs, milliseconds);
    }
    console.log(`${name}: the longest took ${longestMs.toFixed(1)} ms`);
    expect(longestMs).toBeLessThan(timeMsMax);
  });
});
