import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { elementTypeOf } from '@cluster-ai/protocols/onnx/element-types.ts';
import { readOnnxModel } from '@cluster-ai/protocols/onnx/read-model.ts';
import { signatureFromOnnx } from '@cluster-ai/protocols/onnx/signature-from-onnx.ts';
import { writeOnnxModel } from '@cluster-ai/protocols/onnx/write-model.ts';
import { identityModel, smallClassifierModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import type { FuzzTarget } from '../engine/target.ts';

/** The header of an uploaded file. */
export const target: FuzzTarget = {
  about:
    'ONNX files, from whoever uploads a model: the header is read and bounded; what it says can be written and read again',
  form: 'protobuf',
  weight: 4,
  seeds: () => [
    identityModel('FP32', ['n', 2]).bytes,
    smallClassifierModel().bytes,
    new Uint8Array(readFileSync(join(import.meta.dirname, '../../../models/iris/1/model.onnx'))),
  ],
  words: ['location', 'offset', 'length', 'checksum', '../', 'ai.onnx', 'If', 'Loop', 'PK\u0003\u0004'],
  run: (input) => {
    const header = readOnnxModel(input);
    for (const { offset, length } of header.externalData) assert.ok(offset >= 0 && (length ?? 0) >= 0);
    assert.ok(header.parameterBytes >= 0);
    const signature = signatureFromOnnx(header);
    for (const { shape } of [...signature.inputs, ...signature.outputs]) {
      assert.ok(shape.every((dimension) => Number.isSafeInteger(dimension) && dimension >= -1));
    }
    const toValue = ({ name, datatype, shape }: (typeof signature.inputs)[number]) => ({
      name,
      elementType: elementTypeOf[datatype],
      shape: shape.map((dimension) => (dimension === -1 ? null : dimension)),
    });
    const written = writeOnnxModel({
      producerName: 'fuzz',
      opsets: [{ domain: '', version: 17 }],
      graphName: 'g',
      nodes: [],
      inputs: signature.inputs.map(toValue),
      outputs: signature.outputs.map(toValue),
    });
    assert.deepEqual(signatureFromOnnx(readOnnxModel(written)), signature);
  },
};
