import { expect, test } from 'vitest';
import { RememberedTexts } from './remembered-texts.ts';

test('a text is worked out once, whoever sends it', () => {
  const asked: string[] = [];
  const plans = new RememberedTexts((text) => ({ text, count: asked.push(text) }));
  expect(plans.of('/v2')).toBe(plans.of('/v2'));
  expect(plans.of('/v2/models/iris')).toEqual({ text: '/v2/models/iris', count: 2 });
  expect(asked).toEqual(['/v2', '/v2/models/iris']);
});

test('neither many texts nor long ones fill the memory', () => {
  let count = 0;
  const counts = new RememberedTexts(() => {
    count += 1;
    return count;
  });
  for (let index = 0; index < 1_024; index += 1) counts.of(`/${index}`);
  expect(counts.of('/0')).toBe(1);
  // One more than are remembered: they are forgotten together.
  counts.of('/more');
  expect(counts.of('/0')).toBe(1_026);
  const long = 'x'.repeat(513);
  expect(counts.of(long)).not.toBe(counts.of(long));
});
