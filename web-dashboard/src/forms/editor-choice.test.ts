import { expect, test } from 'vitest';
import { chooseEditor } from './editor-choice.ts';

test.each([
  ['FP32', [-1, 784], 'digit'],
  ['FP32', [-1, 1, 28, 28], 'digit'],
  ['UINT8', [-1, 784], 'text'],
  ['FP32', [-1, 4], 'fields'],
  ['INT64', [], 'fields'],
  ['BOOL', [3], 'fields'],
  ['FP32', [-1, -1], 'text'],
  ['FP32', [2, -1, 128], 'text'],
  ['BYTES', [-1], 'text'],
] as const)('%s %j is edited as %s', (datatype, shape, editor) => {
  expect(chooseEditor({ name: 'x', datatype, shape })).toBe(editor);
});
