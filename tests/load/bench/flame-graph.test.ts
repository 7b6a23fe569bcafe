import { expect, test } from 'vitest';
import type { CpuProfile } from './cpu-profile.ts';
import { flameGraph } from './flame-graph.ts';

function node(id: number, functionName: string, url: string, children: readonly number[] = []) {
  return { id, callFrame: { functionName, url }, children };
}

const profile: CpuProfile = {
  nodes: [
    node(1, '(root)', '', [2, 3, 4, 7]),
    node(2, '(idle)', ''),
    node(3, 'begin', 'file:///x/apps/gateway/src/main.ts'),
    node(4, 'predict', 'file:///x/apps/gateway/src/pipeline.ts', [5, 6]),
    node(5, 'decode<T>', 'file:///x/packages/protocols/src/decode.ts'),
    node(6, 'decode<T>', 'file:///x/packages/protocols/src/decode.ts'),
    node(7, 'write', ''),
  ],
  samples: [3, 2, 4, 5, 6, 7, 2],
  timeDeltas: [5_000, 9_000, 100, 200, 100, 600, 9_000],
};

function widthOf(svg: string, name: string): number {
  const [, width] = new RegExp(`<title>${name}[^<]*</title>\\n?<rect [^>]*width="([\\d.]+)"`).exec(svg) ?? [];
  return Number(width);
}

test('functions are as wide as their share of the busy time under load, merged where they are the same', () => {
  const svg = flameGraph(profile, 'under load', 'pipeline.ts');
  expect(widthOf(svg, 'busy time')).toBe(1199.5);
  expect(widthOf(svg, 'predict')).toBe(479.5);
  expect(widthOf(svg, 'decode&lt;T&gt;')).toBe(359.5);
  expect(widthOf(svg, 'write')).toBe(719.5);
  expect(svg).toContain('decode&lt;T&gt;, packages/protocols/src/decode.ts: 30.0 %');
  // Neither what came before, nor waiting.
  expect(svg).not.toMatch(/begin|idle/);
});

test('a profile without the load is refused', () => {
  expect(() => flameGraph(profile, 'under load', 'nothing.ts')).toThrow('holds nothing from nothing.ts on');
});
