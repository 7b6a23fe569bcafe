import { expect, test } from 'vitest';
import { emptyEntry, entriesOf, lineageOf, lineageProblem } from './lineage-draft.ts';

const entry = (key: string, value: string) => ({ ...emptyEntry(), key, value });

test('numbers stay numbers there and back, and empty rows are none', () => {
  const lineage = { dataset: 'iris-2026', accuracy: 0.97, loss: 1e-7, commit: '0a1b2c' };
  expect(lineageOf([...entriesOf(lineage), emptyEntry(), entry(' epochs ', ' 12 ')])).toEqual({
    ...lineage,
    epochs: 12,
  });
});

test.each([
  [[entry('a', '1'), entry('a ', '2')], { kind: 'twice', key: 'a' }],
  [[entry('', 'x')], { kind: 'badKey', key: '' }],
  [[entry('-a', 'x')], { kind: 'badKey', key: '-a' }],
  [[entry('a', 'x'.repeat(1_001))], { kind: 'tooLong', key: 'a' }],
  [Array.from({ length: 65 }, (_unused, index) => entry(`k${index}`, '1')), { kind: 'tooMany' }],
  [[entry('a b/c', ''), emptyEntry()], null],
])('%#: what stands in the way is named', (entries, problem) => {
  expect(lineageProblem(entries)).toEqual(problem);
});
