import { describe, expect, test } from 'vitest';
import { elementTypeOf } from './element-types.ts';
import { readOnnxModel } from './read-model.ts';
import { signatureFromOnnx } from './signature-from-onnx.ts';
import { writeOnnxModel } from './write-model.ts';
import type { OnnxModel } from './write-model.ts';

const invalid = (message: string) =>
  expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining(message) });
const text = (value: string) => new TextEncoder().encode(value);

describe('files that are not models', () => {
  const cases: [string, Uint8Array, string][] = [
    ['an empty file', new Uint8Array(), 'not an ONNX file: it is empty'],
    ['text', text('hello world, this is no model'), 'not an ONNX file: '],
    ['a PyTorch file', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), 'a ZIP archive (PyTorch saves'],
    ['a Git LFS pointer', text('version https://git-lfs.github.com/spec/v1\n'), 'a Git LFS pointer'],
    ['a web page', text('<!DOCTYPE html><html></html>'), 'a web page'],
    ['zeros', new Uint8Array(1000), 'no valid field begins at byte 0'],
    ['only an IR version', Uint8Array.of(0x08, 8), 'it has no graph'],
    ['an endless number', new Uint8Array(64).fill(0xff), 'has more than 10 bytes'],
    ['a field past the end', Uint8Array.of(0x08, 8, 0x3a, 0x7f, 1), 'claims 127 bytes where 1 are left'],
  ];
  test.each(cases)('%s is refused with the reason', (_, bytes, reason) => {
    expect(() => readOnnxModel(bytes)).toThrow(invalid(reason));
  });
});

const minimal: OnnxModel = {
  producerName: 'test',
  opsets: [{ domain: '', version: 21 }],
  graphName: 'g',
  nodes: [{ opType: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
  inputs: [{ name: 'x', elementType: elementTypeOf.FP32, shape: ['batch', 4] }],
  outputs: [{ name: 'y', elementType: elementTypeOf.FP32, shape: [null, 2] }],
};
const weights = { name: 'w', datatype: 'FP32', shape: [4, 2], data: new Float32Array(8) } as const;

describe('signatures', () => {
  test('dynamic dimensions become -1', () => {
    expect(signatureFromOnnx(readOnnxModel(writeOnnxModel(minimal)))).toEqual({
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 2] }],
    });
  });

  test('a weight that old files list among the inputs is not asked of the caller', () => {
    const listed = {
      ...minimal,
      inputs: [...minimal.inputs, { name: 'w', elementType: elementTypeOf.FP32, shape: [4, 2] }],
      initializers: [weights],
    };
    expect(readOnnxModel(writeOnnxModel(listed)).inputs.map(({ name }) => name)).toEqual(['x']);
  });

  test.each([
    [14, 'complex64'],
    [16, 'bfloat16'],
    [17, 'float8e4m3fn'],
    [99, 'unknown(99)'],
  ])('element type %i is refused by name', (elementType, name) => {
    const header = readOnnxModel(
      writeOnnxModel({ ...minimal, outputs: [{ name: 'logits', elementType, shape: [1] }] }),
    );
    expect(() => signatureFromOnnx(header)).toThrow(
      invalid(`tensor 'logits' has element type ${name}, which is not served; served are BOOL, UINT8, UINT16,`),
    );
  });

  test('a tensor without a shape is refused by name', () => {
    const header = readOnnxModel(writeOnnxModel({ ...minimal, inputs: [{ name: 'x', elementType: 1, shape: null }] }));
    expect(() => signatureFromOnnx(header)).toThrow(invalid("tensor 'x' has no shape"));
  });
});

describe('limits', () => {
  const bytes = writeOnnxModel({
    ...minimal,
    initializers: [weights, { ...weights, name: 'v' }],
    metadata: { a: 'x'.repeat(100), b: '' },
  });
  test.each([
    [{ fileBytesMax: 100 }, 'more than the limit of 100'],
    [{ tensorsMax: 1 }, 'stores more than 1 tensors'],
    [{ nodesMax: 0 }, 'more than 0 nodes'],
    [{ valuesMax: 0 }, 'more than 0 inputs or outputs'],
    [{ rankMax: 1 }, 'more than 1 dimensions'],
    [{ nameBytesMax: 3 }, 'more than the limit of 3'],
    [{ metadataEntriesMax: 1 }, 'more than 1 metadata entries'],
    [{ metadataValueBytesMax: 99 }, 'a metadata value'],
    [{ opsetsMax: 0 }, 'more than 0 operator sets'],
    [{ nestingDepthMax: 0 }, 'nested more than 0 levels'],
  ])('%j', (limits, reason) => {
    expect(() => readOnnxModel(bytes, limits)).toThrow(invalid(reason));
  });
});

describe('stored tensors', () => {
  test('data that does not fit its shape is refused by name', () => {
    const short = { ...weights, data: new Float32Array(7) };
    expect(() => readOnnxModel(writeOnnxModel({ ...minimal, initializers: [short] }))).toThrow(
      invalid("tensor 'w' is float32 [4,2], which needs 32 bytes, and has 28"),
    );
  });

  test('parameters are counted, wherever they lie', () => {
    const constant = {
      opType: 'Constant',
      inputs: [],
      outputs: ['c'],
      attributes: { value: { tensor: { ...weights, name: 'c' } } },
    };
    const external = {
      name: 'e',
      datatype: 'FP16',
      shape: [3, 5],
      external: { location: 'weights.bin', offset: 64, length: 30 },
    } as const;
    const header = readOnnxModel(
      writeOnnxModel({ ...minimal, nodes: [constant, ...minimal.nodes], initializers: [weights, external] }),
    );
    expect(header.parameterBytes).toBe(32 + 32 + 30);
    expect(header.externalData).toEqual([{ location: 'weights.bin', offset: 64, length: 30 }]);
  });

  test('a file of 200 MB is read within a second, because its data is passed over', () => {
    const large = { name: 'w', datatype: 'UINT8', shape: [200_000_000], data: new Uint8Array(200_000_000) } as const;
    const bytes = writeOnnxModel({ ...minimal, initializers: [large] });
    const startMs = performance.now();
    expect(readOnnxModel(bytes).parameterBytes).toBe(200_000_000);
    const elapsedMs = performance.now() - startMs;
    console.log(`header of a 200 MB model read in ${elapsedMs.toFixed(2)} ms`);
    expect(elapsedMs).toBeLessThan(1000);
  });
});
