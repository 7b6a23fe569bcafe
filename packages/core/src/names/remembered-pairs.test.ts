import { expect, test } from 'vitest';
import { RememberedPairs } from './remembered-pairs.ts';

test('two texts are worked out once for as long as they come together, and never mistaken for others', () => {
  let worked = 0;
  const pairs = new RememberedPairs((first: string, second: string) => {
    worked += 1;
    return `${first}/${second}`;
  });
  for (let count = 0; count < 3; count += 1) expect(pairs.of('iris', '1')).toBe('iris/1');
  expect(worked).toBe(1);
  expect([pairs.of('iris', '2'), pairs.of('iris', '1'), pairs.of('iri', 's1')]).toEqual(['iris/2', 'iris/1', 'iri/s1']);
});

test('what is long, and more than a thousand firsts, do not stay', () => {
  let worked = 0;
  const pairs = new RememberedPairs(() => (worked += 1));
  const long = 'x'.repeat(600);
  pairs.of(long, '1');
  pairs.of(long, '1');
  expect(worked).toBe(2);
  for (let round = 0; round < 2; round += 1) for (let name = 0; name < 1_025; name += 1) pairs.of(`m${name}`, '1');
  expect(worked).toBeGreaterThan(2 + 1_025);
});
