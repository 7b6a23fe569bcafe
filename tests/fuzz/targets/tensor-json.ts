import assert from 'node:assert/strict';
import { datatypes, elementBytes } from '@cluster-ai/core/tensors/datatype.ts';
import { assertTensorBytes, type Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { parseExactJson } from '@cluster-ai/protocols/json/exact-json.ts';
import { tensorFromJson } from '@cluster-ai/protocols/json/json-tensor.ts';
import { tensorToJson } from '@cluster-ai/protocols/json/tensor-json.ts';
import type { FuzzTarget } from '../engine/target.ts';

/** Outputs come from models, whoever made them, and are written as JSON. */
export const target: FuzzTarget = {
  about: 'outputs of models as JSON: whatever bytes they are, the JSON reads back as the same values',
  form: 'bytes',
  seeds: () => [
    Uint8Array.from([10, 0, 0, 128, 63, 0, 0, 192, 127, 1, 0, 0, 0, 255, 255, 127, 127]),
    Uint8Array.from([11, 0, 0, 0, 0, 0, 0, 240, 63, 1, 0, 0, 0, 0, 0, 0, 128]),
    Uint8Array.from([12, 2, 0, 0, 0, 195, 169, 1, 0, 0, 0, 34]),
    Uint8Array.from([8, 255, 255, 255, 255, 255, 255, 255, 127]),
  ],
  run: (input) => {
    const [kind = 0] = input;
    const datatype = datatypes[kind % datatypes.length] ?? 'FP32';
    const data = input.slice(1);
    const width = elementBytes[datatype];
    const count = width === 0 ? data.length : Math.floor(data.length / width);
    const tensor: Tensor = { name: 'y', datatype, shape: [count], data };
    if (width > 0) assertTensorBytes(tensor);
    const text = `[${tensorToJson(tensor)}]`;
    // How many strings there are only the text tells.
    if (width === 0) return;
    const again = tensorFromJson('y', datatype, [count], parseExactJson(text), { exact: true, textBytes: text.length });
    assert.deepEqual(numbersOf(again), numbersOf(tensor));
  },
};

function numbersOf({ datatype, data }: Tensor): readonly (number | bigint)[] {
  const { buffer } = new Uint8Array(data);
  if (datatype === 'FP32') return [...new Float32Array(buffer)];
  return datatype === 'FP64' ? [...new Float64Array(buffer)] : [...new Uint8Array(buffer)];
}
