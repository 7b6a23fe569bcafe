import assert from 'node:assert/strict';
import { bytesElements, countBytesElements, encodeBytesElements } from '@cluster-ai/core/tensors/bytes-elements.ts';
import { splitRows } from '@cluster-ai/core/tensors/rows.ts';
import type { FuzzTarget } from '../engine/target.ts';

/** Byte strings with their lengths, as clients and models send them. */
export const target: FuzzTarget = {
  about:
    'string tensors, from clients and models: count, elements and rows agree, and the bytes are written as they were',
  form: 'bytes',
  seeds: () => [encodeBytesElements([new Uint8Array(), Uint8Array.from([1, 2, 3]), new Uint8Array(300)])],
  run: (input) => {
    const count = countBytesElements(input, 'x');
    const elements = [...bytesElements(input, 'x')];
    assert.equal(elements.length, count);
    assert.deepEqual(encodeBytesElements(elements), new Uint8Array(input));
    const rows = splitRows({ name: 'x', datatype: 'BYTES', shape: [count], data: input }, [
      Math.floor(count / 2),
      Math.ceil(count / 2),
    ]);
    assert.equal(
      rows.reduce((sum, row) => sum + row.data.byteLength, 0),
      input.byteLength,
    );
  },
};
