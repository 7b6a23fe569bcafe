import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RememberedShapes } from './remembered-shapes.ts';

const textOf = ({ name, datatype, shape }: { name: string; datatype: string; shape: readonly number[] }): string =>
  JSON.stringify([name, datatype, shape]);

test('a text is that of the tensor, whatever tensors of its name came before', () => {
  const texts = new RememberedShapes(textOf);
  const tensor = fc.record({
    name: fc.constantFrom('a', 'b', 'n'.repeat(300)),
    datatype: fc.constantFrom('FP32' as const, 'INT64' as const),
    shape: fc.array(fc.nat(2), { maxLength: 10 }),
  });
  fc.assert(
    fc.property(fc.array(tensor), (tensors) => {
      for (const each of tensors) expect(texts.of(each)).toBe(textOf(each));
    }),
  );
});

test('is worked out once for answers that are alike, and a shape that is changed afterwards does not change it', () => {
  let count = 0;
  const texts = new RememberedShapes((tensor) => {
    count += 1;
    return textOf(tensor);
  });
  const shape = [1, 3];
  for (let turn = 0; turn < 3; turn += 1) texts.of({ name: 'a', datatype: 'FP32', shape });
  expect(count).toBe(1);
  shape[0] = 2;
  expect(texts.of({ name: 'a', datatype: 'FP32', shape })).toBe('["a","FP32",[2,3]]');
});
