import { elementTypeOf } from '@cluster-ai/protocols/onnx/element-types.ts';
import { writeOnnxModel } from '@cluster-ai/protocols/onnx/write-model.ts';
import type { TestFile } from './fixture.ts';

/** A model that adds `bias` to four numbers; each bias is another file. */
export function addModel(bias: number): TestFile {
  return {
    path: 'model.onnx',
    bytes: writeOnnxModel({
      producerName: 'test',
      opsets: [{ domain: '', version: 17 }],
      graphName: 'add',
      nodes: [{ opType: 'Add', inputs: ['x', 'b'], outputs: ['y'] }],
      initializers: [{ name: 'b', datatype: 'FP32', shape: [1], data: new Float32Array([bias]) }],
      inputs: [{ name: 'x', elementType: elementTypeOf.FP32, shape: ['batch', 4] }],
      outputs: [{ name: 'y', elementType: elementTypeOf.FP32, shape: ['batch', 4] }],
    }),
  };
}

/** The same with its weight in a file beside it. */
export function externalModel(location: string, length = 4): TestFile {
  return {
    path: 'model.onnx',
    bytes: writeOnnxModel({
      producerName: 'test',
      opsets: [{ domain: '', version: 17 }],
      graphName: 'add',
      nodes: [{ opType: 'Add', inputs: ['x', 'b'], outputs: ['y'] }],
      initializers: [{ name: 'b', datatype: 'FP32', shape: [1], external: { location, offset: 0, length } }],
      inputs: [{ name: 'x', elementType: elementTypeOf.FP32, shape: [4] }],
      outputs: [{ name: 'y', elementType: elementTypeOf.FP32, shape: [4] }],
    }),
  };
}

/** A model whose input has an element type that nobody serves: bfloat16 is number 16 of TensorProto.DataType. */
export function bfloat16Model(): TestFile {
  return {
    path: 'model.onnx',
    bytes: writeOnnxModel({
      producerName: 'test',
      opsets: [{ domain: '', version: 17 }],
      graphName: 'identity',
      nodes: [{ opType: 'Identity', inputs: ['x'], outputs: ['y'] }],
      inputs: [{ name: 'x', elementType: 16, shape: [4] }],
      outputs: [{ name: 'y', elementType: 16, shape: [4] }],
    }),
  };
}
