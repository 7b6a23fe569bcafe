import { describe, expect, it } from 'vitest';
import { runSteps } from './run-steps.ts';
import type { Step } from './steps.ts';

const step = (title: string, besideOthers?: true): Step => ({
  title,
  kind: 'checks',
  run: () => ({ passed: 1, failed: 0, remarks: [] }),
  ...(besideOthers && { besideOthers }),
});

/** Runs steps that take as many turns as `turns` says. @returns what began and ended, in order. */
async function follow(steps: readonly Step[], turns: Readonly<Record<string, number>>): Promise<string[]> {
  const seen: string[] = [];
  const results = await runSteps(steps, async ({ title }) => {
    seen.push(`${title} begins`);
    for (let turn = turns[title] ?? 1; turn > 0; turn -= 1) await new Promise(setImmediate);
    seen.push(`${title} ends`);
    return title;
  });
  expect(results).toEqual(steps.map(({ title }) => title));
  return seen;
}

describe('the steps of make test', () => {
  it('run one after the other', async () => {
    expect(await follow([step('a'), step('b')], { a: 3 })).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('run two at once where they say that they may, and alone where they do not', async () => {
    const steps = [step('a'), step('b', true), step('c', true), step('d', true), step('e')];
    expect(await follow(steps, { b: 9 })).toEqual([
      'a begins',
      'a ends',
      'b begins',
      'c begins',
      'c ends',
      'd begins',
      'd ends',
      'b ends',
      'e begins',
      'e ends',
    ]);
  });

  it('hand on what a step throws', async () => {
    const broken = runSteps([step('a', true), step('b')], ({ title }) =>
      title === 'a' ? Promise.reject(new Error('no')) : Promise.resolve(title),
    );
    await expect(broken).rejects.toThrow('no');
  });
});
