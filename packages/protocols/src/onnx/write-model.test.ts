import { datatypes } from '@cluster-ai/core/tensors/datatype.ts';
import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { elementTypeOf } from './element-types.ts';
import { readOnnxModel } from './read-model.ts';
import { signatureFromOnnx } from './signature-from-onnx.ts';
import type { OnnxAttribute } from './write-attribute.ts';
import { writeOnnxModel } from './write-model.ts';
import type { OnnxModel, OnnxNode, OnnxValue } from './write-model.ts';
import type { OnnxTensor } from './write-tensor.ts';

const opsets = [{ domain: '', version: 21 }];
const producerName = 'test';

const value = (name: string, datatype: Datatype, shape: OnnxValue['shape']): OnnxValue => ({
  name,
  elementType: elementTypeOf[datatype],
  shape,
});

/** One stored tensor of each datatype: two elements, and their bytes as ONNX Runtime gives them back. */
const stored: Record<Datatype, ArrayBufferView | readonly string[]> = {
  BOOL: Uint8Array.of(1, 0),
  UINT8: Uint8Array.of(200, 1),
  UINT16: Uint16Array.of(60_000, 1),
  UINT32: Uint32Array.of(4_000_000_000, 1),
  UINT64: BigUint64Array.of(2n ** 64n - 1n, 1n),
  INT8: Int8Array.of(-128, 1),
  INT16: Int16Array.of(-30_000, 1),
  INT32: Int32Array.of(-2_000_000_000, 1),
  INT64: BigInt64Array.of(-(2n ** 63n), 1n),
  FP16: Float16Array.of(1, -0.5),
  FP32: Float32Array.of(1.5, -2.5),
  FP64: Float64Array.of(1.1, -2.2),
  BYTES: ['olá', ''],
};

function tensorOf(name: string, datatype: Datatype, shape: number[]): OnnxTensor {
  const data = stored[datatype];
  if (ArrayBuffer.isView(data)) {
    if (datatype === 'BYTES') throw new Error('texts are no array of numbers');
    return { name, datatype, shape, data };
  }
  return { name, datatype: 'BYTES', shape, data };
}

/** Texts as they are, numbers as the bytes they take. */
function plain(data: unknown): unknown {
  return ArrayBuffer.isView(data) ? [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)] : data;
}

function modelOf(node: OnnxNode, rest: Partial<OnnxModel>): Uint8Array {
  return writeOnnxModel({
    producerName,
    opsets,
    graphName: 'one node',
    nodes: [node],
    inputs: [],
    outputs: [],
    ...rest,
  });
}

async function outputsOf(bytes: Uint8Array, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await InferenceSession.create(bytes);
  const results: Record<string, Tensor> = {};
  for (const [name, result] of Object.entries(await session.run(feeds))) {
    if (result instanceof Tensor) results[name] = result;
  }
  await session.release();
  return results;
}

describe('in ONNX Runtime', () => {
  test.each(datatypes)('a stored tensor of %s comes back as it was written', async (datatype) => {
    const bytes = modelOf(
      { opType: 'Identity', inputs: ['w'], outputs: ['y'] },
      { initializers: [tensorOf('w', datatype, [2])], outputs: [value('y', datatype, [2])] },
    );
    const { y } = await outputsOf(bytes, {});
    expect(plain(y?.data)).toEqual(plain(stored[datatype]));
    expect(signatureFromOnnx(readOnnxModel(bytes)).outputs).toEqual([{ name: 'y', datatype, shape: [2] }]);
  });

  const attributes: [string, string, Record<string, OnnxAttribute>, Datatype, unknown][] = [
    ['float', 'LeakyRelu', { alpha: { float: 0.5 } }, 'FP32', Float32Array.of(-0.5, 2, 3, 4)],
    ['ints', 'Transpose', { perm: { ints: [1, 0] } }, 'FP32', Float32Array.of(-1, 3, 2, 4)],
    ['int', 'Constant', { value_int: { int: -(2n ** 62n) } }, 'INT64', BigInt64Array.of(-(2n ** 62n))],
    ['string', 'Constant', { value_string: { string: 'é' } }, 'BYTES', ['é']],
    ['floats', 'Constant', { value_floats: { floats: [0.5, -1] } }, 'FP32', Float32Array.of(0.5, -1)],
    ['strings', 'Constant', { value_strings: { strings: ['a', 'ß'] } }, 'BYTES', ['a', 'ß']],
    [
      'tensor',
      'Constant',
      { value: { tensor: { name: 'c', datatype: 'INT8', shape: [1], data: Int8Array.of(-9) } } },
      'INT8',
      Int8Array.of(-9),
    ],
  ];
  test.each(attributes)('an attribute of kind %s is understood', async (_, opType, attribute, datatype, expected) => {
    const x = new Tensor('float32', Float32Array.of(-1, 2, 3, 4), [2, 2]);
    const inputs = opType === 'Constant' ? [] : [value('x', 'FP32', [2, 2])];
    const bytes = modelOf(
      { opType, inputs: inputs.map(({ name }) => name), outputs: ['y'], attributes: attribute },
      { inputs, outputs: [value('y', datatype, null)] },
    );
    const { y } = await outputsOf(bytes, inputs.length === 0 ? {} : { x });
    expect(plain(y?.data)).toEqual(plain(expected));
  });

  test('a file that was cut anywhere is refused', () => {
    const bytes = modelOf(
      { opType: 'Identity', inputs: ['w'], outputs: ['y'] },
      { initializers: [tensorOf('w', 'FP32', [2])], outputs: [value('y', 'FP32', [2])] },
    );
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => readOnnxModel(bytes.subarray(0, length)), `first ${length} of ${bytes.length} bytes`).toThrow(
        /^not an ONNX file: /,
      );
    }
  });
});

const nameText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const dim = fc.oneof(fc.nat(), fc.constant(null), nameText);
const values = fc.uniqueArray(
  fc.record({
    name: nameText,
    elementType: fc.integer({ min: 1, max: 26 }),
    shape: fc.option(fc.array(dim, { maxLength: 6 })),
  }),
  { selector: ({ name }) => name, maxLength: 5 },
);
const tensors = fc.array(
  fc.oneof(
    fc.constantFrom(...datatypes).map((datatype) => tensorOf(`w ${datatype}`, datatype, [1, 2])),
    fc.record({
      name: nameText.map((name) => `external ${name}`),
      datatype: fc.constant('FP32' as const),
      shape: fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 3 }),
      external: fc.record({ location: nameText, offset: fc.nat(), length: fc.option(fc.nat()) }),
    }),
  ),
  { maxLength: 6 },
);
const models: fc.Arbitrary<OnnxModel> = fc.record({
  irVersion: fc.integer({ min: 3, max: 13 }),
  producerName: nameText.map((name) => name.trim() || 'p'),
  opsets: fc.array(
    fc.record({ domain: fc.constantFrom('', 'ai.onnx.ml', 'com.microsoft'), version: fc.integer({ min: 1, max: 30 }) }),
    { minLength: 1, maxLength: 3 },
  ),
  graphName: nameText,
  docString: nameText,
  nodes: fc.array(
    fc.record({
      opType: fc.constantFrom('Gemm', 'Relu'),
      inputs: fc.array(nameText),
      outputs: fc.array(nameText),
      domain: fc.constantFrom('', 'com.microsoft'),
    }),
  ),
  initializers: tensors,
  inputs: values,
  outputs: values.filter((list) => list.length > 0),
  metadata: fc.dictionary(nameText, nameText),
});

describe('written, then read', () => {
  test('every model comes back as it was', () => {
    fc.assert(
      fc.property(models, (model) => {
        const header = readOnnxModel(writeOnnxModel(model));
        expect(header).toMatchObject({
          irVersion: model.irVersion,
          producer: model.producerName,
          opsets: model.opsets,
          graphName: model.graphName,
        });
        expect(header.inputs.map(({ name, elementType, shape }) => ({ name, elementType, shape }))).toEqual(
          model.inputs,
        );
        expect(header.outputs.map(({ name, elementType, shape }) => ({ name, elementType, shape }))).toEqual(
          model.outputs,
        );
        expect(Object.entries(header.metadata)).toEqual(Object.entries(model.metadata ?? {}));
        expect(header.externalData).toEqual(
          (model.initializers ?? []).flatMap((tensor) => ('external' in tensor ? [tensor.external] : [])),
        );
        expect(header.opTypes).toEqual(
          [...new Set(model.nodes.map(({ opType, domain }) => (domain ? `${domain}.${opType}` : opType)))].toSorted(),
        );
      }),
    );
  });

  test('any change of one byte is either read or refused, and nothing else', () => {
    fc.assert(
      fc.property(models, fc.nat(), fc.nat({ max: 255 }), (model, at, byte) => {
        const bytes = writeOnnxModel(model);
        bytes[at % bytes.length] = byte;
        try {
          readOnnxModel(bytes);
        } catch (error) {
          expect(error).toMatchObject({ name: 'ClusterError', code: 'MODEL_INVALID' });
        }
      }),
    );
  });
});
