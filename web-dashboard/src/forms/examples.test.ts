import { datatypes } from '@cluster-ai/core/tensors/datatype.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tensorFromDraft } from '../inference/text-tensor.ts';
import { digitExamples } from './digit-examples.ts';
import { gridFromText } from './digit-grid.ts';
import { examplesFor } from './examples.ts';

const signature = fc.record({
  name: fc.string({ minLength: 1 }),
  datatype: fc.constantFrom(...datatypes),
  shape: fc.array(fc.constantFrom(-1, 1, 2, 3, 28), { maxLength: 3 }),
});

describe('examplesFor', () => {
  test('fills the form of any model with values that it accepts', () => {
    const inputs = fc.uniqueArray(signature, { minLength: 1, maxLength: 3, selector: (input) => input.name });
    fc.assert(
      fc.property(inputs, (inputs) => {
        const [first] = examplesFor('any-model', inputs);
        for (const input of inputs) {
          const draft = first.drafts[input.name] ?? { text: '', shapeText: '' };
          expect(tensorFromDraft(input, draft)).toMatchObject({ ok: true, value: { name: input.name } });
        }
      }),
    );
  });

  test('iris gets flowers that were measured', () => {
    const examples = examplesFor('iris', [{ name: 'input', datatype: 'FP32', shape: [-1, 4] }]);
    expect(examples.map((example) => example.label)).toEqual(['setosa', 'versicolor', 'virginica']);
    expect(examples[0].drafts['input']?.text).toBe('5.1, 3.5, 1.4, 0.2');
  });

  test('a speech model gets one call of audio, an empty state and the rate', () => {
    const inputs = [
      { name: 'input', datatype: 'FP32', shape: [-1, -1] },
      { name: 'state', datatype: 'FP32', shape: [2, -1, 128] },
      { name: 'sr', datatype: 'INT64', shape: [] },
    ] as const;
    for (const { drafts } of examplesFor('silero-vad', inputs)) {
      const shapes = inputs.map((input) => {
        const checked = tensorFromDraft(input, drafts[input.name] ?? { text: '', shapeText: '' });
        return checked.ok ? checked.value.shape : checked.problem;
      });
      expect(shapes).toEqual([[1, 576], [2, 1, 128], []]);
    }
  });

  test('every digit is a drawing of 28 by 28 with ink in it', () => {
    for (const { text } of digitExamples) {
      const ink = gridFromText(text)?.reduce((sum, value) => sum + value, 0) ?? 0;
      expect(ink).toBeGreaterThan(30);
    }
  });
});
