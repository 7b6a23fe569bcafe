import { expect, test } from 'vitest';
import { compareStreams, textOfResult } from './differential.ts';
import { replacedOctets, rightStreams, targetOctets } from './every-octet.ts';

// `make fuzz-edge` begins with all of `rightStreams`, replaced and inserted.
test.each([
  ['every octet in a target', () => targetOctets()],
  ['every octet in every place of a plain request', () => replacedOctets(rightStreams.plain)],
])(
  'of %s our server takes nothing that node:http does not take',
  async (_what, streams) => {
    const result = await compareStreams(streams());
    console.log(textOfResult(result));
    expect(result.findings).toEqual([]);
    expect(result.streams).toBeGreaterThan(3_000);
    expect(result.counts.same).toBeGreaterThan(result.streams / 2);
  },
  120_000,
);
