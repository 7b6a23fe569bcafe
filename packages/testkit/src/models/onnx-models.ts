import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { elementTypeOf } from '@cluster-ai/protocols/onnx/element-types.ts';
import { readOnnxModel } from '@cluster-ai/protocols/onnx/read-model.ts';
import { signatureFromOnnx } from '@cluster-ai/protocols/onnx/signature-from-onnx.ts';
import {
  writeOnnxModel,
  type OnnxModel,
  type OnnxNode,
  type OnnxValue,
} from '@cluster-ai/protocols/onnx/write-model.ts';
import type { OnnxTensor } from '@cluster-ai/protocols/onnx/write-tensor.ts';

type Shape = readonly (number | string)[];

/** A small ONNX model for a test: its file, and what it takes and gives. */
export interface TestModel {
  readonly bytes: Uint8Array;
  readonly signature: ModelSignature;
}

interface Graph {
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly initializers?: readonly OnnxTensor[];
}

function testModel(graph: Graph): TestModel {
  const model: OnnxModel = {
    producerName: 'cluster-ai tests',
    opsets: [{ domain: '', version: 17 }],
    graphName: 'test',
    ...graph,
  };
  const bytes = writeOnnxModel(model);
  return { bytes, signature: signatureFromOnnx(readOnnxModel(bytes)) };
}

function value(name: string, datatype: Datatype, shape: Shape): OnnxValue {
  return { name, elementType: elementTypeOf[datatype], shape };
}

function randomWeights(name: string, shape: readonly number[], seed: number): OnnxTensor {
  const random = seededRandom(seed);
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  return { name, datatype: 'FP32', shape, data: new Float32Array(count).map(() => random() - 0.5) };
}

/** Gives back what it is given: `x` -> `y`. */
export function identityModel(datatype: Datatype, shape: Shape): TestModel {
  return testModel({
    nodes: [{ opType: 'Identity', inputs: ['x'], outputs: ['y'] }],
    inputs: [value('x', datatype, shape)],
    outputs: [value('y', datatype, shape)],
  });
}

/** Two inputs, two outputs: `sum` = a + b, `difference` = a - b, all FP32[n,3]. */
export function sumAndDifferenceModel(): TestModel {
  return testModel({
    nodes: [
      { opType: 'Add', inputs: ['a', 'b'], outputs: ['sum'] },
      { opType: 'Sub', inputs: ['a', 'b'], outputs: ['difference'] },
    ],
    inputs: [value('a', 'FP32', ['n', 3]), value('b', 'FP32', ['n', 3])],
    outputs: [value('sum', 'FP32', ['n', 3]), value('difference', 'FP32', ['n', 3])],
  });
}

/** A classifier of the size of the iris one: `x` FP32[n,4] -> `y` FP32[n,3], 16 hidden units. */
export function smallClassifierModel(): TestModel {
  return testModel({
    nodes: [
      { opType: 'Gemm', inputs: ['x', 'w1', 'b1'], outputs: ['h'] },
      { opType: 'Relu', inputs: ['h'], outputs: ['r'] },
      { opType: 'Gemm', inputs: ['r', 'w2', 'b2'], outputs: ['z'] },
      { opType: 'Softmax', inputs: ['z'], outputs: ['y'], attributes: { axis: { int: 1 } } },
    ],
    initializers: [
      randomWeights('w1', [4, 16], 1),
      randomWeights('b1', [16], 2),
      randomWeights('w2', [16, 3], 3),
      randomWeights('b2', [3], 4),
    ],
    inputs: [value('x', 'FP32', ['n', 4])],
    outputs: [value('y', 'FP32', ['n', 3])],
  });
}

/** Layers of 1024 x 1024 weights: 4 MiB each. `x` FP32[n,1024] -> `y` FP32[n,1024]. */
export function wideModel(layers: number): TestModel {
  const names = Array.from({ length: layers }, (_, layer) => `h${layer}`);
  // Each layer is another multiple of one random layer: quick to make, and the runtime shares equal weights.
  const random = seededRandom(7);
  const base = new Float32Array(1024 * 1024).map(() => (random() - 0.5) / 32);
  return testModel({
    nodes: names.map((name, layer) => ({
      opType: 'MatMul',
      inputs: [layer === 0 ? 'x' : (names[layer - 1] ?? ''), `w${layer}`],
      outputs: [layer === layers - 1 ? 'y' : name],
    })),
    initializers: names.map((_, layer) => ({
      name: `w${layer}`,
      datatype: 'FP32' as const,
      shape: [1024, 1024],
      data: base.map((weight) => weight * (1 + layer / 100)),
    })),
    inputs: [value('x', 'FP32', ['n', 1024])],
    outputs: [value('y', 'FP32', ['n', 1024])],
  });
}

/** A table of `rows` rows of 64 numbers (256 bytes each): `x` INT64[n] -> `y` FP32[n,64], whose row `r` is r, r + 1, … */
export function tableModel(rows: number): TestModel {
  const data = Float32Array.from({ length: rows * 64 }, (_, index) => Math.floor(index / 64) + (index % 64));
  return testModel({
    nodes: [{ opType: 'Gather', inputs: ['table', 'x'], outputs: ['y'] }],
    initializers: [{ name: 'table', datatype: 'FP32', shape: [rows, 64], data }],
    inputs: [value('x', 'INT64', ['n'])],
    outputs: [value('y', 'FP32', ['n', 64])],
  });
}

/**
 * Works as long as the request says: builds a square matrix of the size in `shape` INT64[2] and multiplies it by itself
 * `products` times; `y` FP32[rows,columns]. 2000 is about half a second a product on one core.
 */
export function heavyModel(products: number): TestModel {
  const steps = Array.from({ length: products }, (_, step) => step);
  return testModel({
    nodes: [
      { opType: 'ConstantOfShape', inputs: ['shape'], outputs: ['m0'] },
      ...steps.map((step) => ({
        opType: 'MatMul',
        inputs: ['m0', `m${step}`],
        outputs: [step === products - 1 ? 'y' : `m${step + 1}`],
      })),
    ],
    inputs: [value('shape', 'INT64', [2])],
    outputs: [value('y', 'FP32', ['rows', 'columns'])],
  });
}

/** Its answer to a row depends on the other rows: `y` = x minus the mean over dimension 0, FP32[n,4]. */
export function batchMeanModel(): TestModel {
  return testModel({
    nodes: [
      { opType: 'ReduceMean', inputs: ['x'], outputs: ['mean'], attributes: { axes: { ints: [0] } } },
      { opType: 'Sub', inputs: ['x', 'mean'], outputs: ['y'] },
    ],
    inputs: [value('x', 'FP32', ['n', 4])],
    outputs: [value('y', 'FP32', ['n', 4])],
  });
}

/** Takes exactly 77 numbers, and no size that anyone would try: `x` FP32[n] -> `y` FP32[7,11]. */
export function pickyModel(): TestModel {
  return testModel({
    nodes: [{ opType: 'Reshape', inputs: ['x', 'shape'], outputs: ['y'] }],
    initializers: [{ name: 'shape', datatype: 'INT64', shape: [2], data: new BigInt64Array([7n, 11n]) }],
    inputs: [value('x', 'FP32', ['n'])],
    outputs: [value('y', 'FP32', [7, 11])],
  });
}

/** Needs windows of at least 32 samples: a convolution of that width. `x` FP32[n,1,samples] -> `y` FP32[n,1,windows]. */
export function windowModel(): TestModel {
  return testModel({
    nodes: [{ opType: 'Conv', inputs: ['x', 'w'], outputs: ['y'] }],
    initializers: [randomWeights('w', [1, 1, 32], 5)],
    inputs: [value('x', 'FP32', ['n', 1, 'samples'])],
    outputs: [value('y', 'FP32', ['n', 1, 'windows'])],
  });
}

/** A well-formed file with an operator that no runtime knows. */
export function unknownOperatorModel(): TestModel {
  return testModel({
    nodes: [{ opType: 'NoSuchOperator', inputs: ['x'], outputs: ['y'] }],
    inputs: [value('x', 'FP32', ['n', 4])],
    outputs: [value('y', 'FP32', ['n', 4])],
  });
}
