import { expect, test } from 'vitest';
import { bytesOfTensor, elementsFromBytes } from './element-bytes.ts';

test.each([
  ['BOOL', ['true', 'false']],
  ['UINT8', ['0', '255']],
  ['UINT16', ['65535']],
  ['UINT32', ['4294967295']],
  ['UINT64', ['18446744073709551615', '9007199254740993']],
  ['INT8', ['-128', '127']],
  ['INT16', ['-32768']],
  ['INT32', ['-2147483648']],
  ['INT64', ['-9223372036854775808']],
  ['FP16', ['1.5', '-2', 'Infinity']],
  ['FP32', ['5.1', '0.3333333', 'NaN', '-Infinity', '16777216']],
  ['FP64', ['0.1', '1e-300']],
  ['BYTES', ['', 'estação 東京 🌕', 'two\nlines']],
] as const)('%s makes the trip through bytes', (datatype, elements) => {
  const bytes = bytesOfTensor({ name: 'x', datatype, shape: [elements.length], elements });
  expect(elementsFromBytes('x', datatype, bytes)).toEqual(elements);
});
