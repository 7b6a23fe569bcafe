import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelSettings } from '@cluster-ai/contract/manifest.ts';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { elementTypeOf } from '@cluster-ai/protocols/onnx/element-types.ts';
import { writeOnnxModel, type OnnxNode } from '@cluster-ai/protocols/onnx/write-model.ts';
import type { OnnxTensor } from '@cluster-ai/protocols/onnx/write-tensor.ts';
import { repository } from '../../start-platform.ts';
import { pictureModel } from './picture-model.ts';

/** The models of the benchmark; `convolution-two` is the convolution with two instances. */
export type BenchModel = 'iris' | 'mnist' | 'convolution' | 'convolution-two' | 'matrix' | 'picture';

/** How each is to be run, where that is not the gateway's choice. */
export const settingsOf: Readonly<Partial<Record<BenchModel, ModelSettings>>> = {
  'convolution-two': { instances: 2 },
};

/** The model's file: an example of the repository, or one that is written here from a seed, the same bytes each time. */
export async function modelBytes(model: BenchModel): Promise<Uint8Array> {
  return writers[model]?.() ?? readFile(join(repository, 'models', model, '1/model.onnx'));
}

const writers: Readonly<Partial<Record<BenchModel, () => Uint8Array>>> = {
  convolution: convolutionModel,
  'convolution-two': convolutionModel,
  matrix: matrixModel,
  picture: () => pictureModel().bytes,
};

/** One convolution of 3x3, with padding: channels in and out, stride, and the side of the square that it gives. */
interface Layer {
  readonly from: number;
  readonly to: number;
  readonly stride: number;
  readonly side: number;
}

const convolutions: readonly Layer[] = [
  { from: 3, to: 32, stride: 1, side: 64 },
  { from: 32, to: 32, stride: 2, side: 32 },
  { from: 32, to: 48, stride: 2, side: 16 },
  { from: 48, to: 128, stride: 2, side: 8 },
];
const kernel = 3;
const classes = 10;

/** Floating-point operations of one picture: a multiplication and an addition for each weight at each place. */
export function convolutionFlops(): number {
  return convolutions.reduce((sum, { from, to, side }) => sum + 2 * side ** 2 * to * from * kernel ** 2, 0);
}

/** A picture of 3x64x64 to one of ten classes: four convolutions, their mean, a layer and softmax. */
function convolutionModel(): Uint8Array {
  const weight = weightsFrom(40);
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  let last = 'image';
  convolutions.forEach(({ from, to, stride }, index) => {
    const [name, sum, positive] = [`weights${index}`, `sum${index}`, `positive${index}`];
    initializers.push(weight(name, [to, from, kernel, kernel], from * kernel ** 2));
    const attributes = {
      kernel_shape: { ints: [kernel, kernel] },
      pads: { ints: [1, 1, 1, 1] },
      strides: { ints: [stride, stride] },
    };
    nodes.push({ opType: 'Conv', inputs: [last, name], outputs: [sum], attributes });
    nodes.push({ opType: 'Relu', inputs: [sum], outputs: [positive] });
    last = positive;
  });
  const channels = convolutions.at(-1)?.to ?? 0;
  initializers.push(weight('classes', [channels, classes], channels));
  nodes.push(
    { opType: 'GlobalAveragePool', inputs: [last], outputs: ['means'] },
    { opType: 'Flatten', inputs: ['means'], outputs: ['flat'] },
    { opType: 'MatMul', inputs: ['flat', 'classes'], outputs: ['scores'] },
    { opType: 'Softmax', inputs: ['scores'], outputs: ['probabilities'], attributes: { axis: { int: 1 } } },
  );
  return written('convolution', nodes, ['image', 3, 64, 64], ['probabilities', classes], initializers);
}

const matrices = 10;
const matrixSide = 1_024;

/** Ten matrices of 1024x1024 one after the other, 42 MB of weights: what limits it is how fast memory is read. */
function matrixModel(): Uint8Array {
  const weight = weightsFrom(41);
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  let last = 'vector';
  for (let index = 0; index < matrices; index += 1) {
    const product = index === matrices - 1 ? 'probabilities' : `product${index}`;
    initializers.push(weight(`matrix${index}`, [matrixSide, matrixSide], matrixSide));
    nodes.push({ opType: 'MatMul', inputs: [last, `matrix${index}`], outputs: [product] });
    if (index === matrices - 1) break;
    last = `positive${index}`;
    nodes.push({ opType: 'Relu', inputs: [product], outputs: [last] });
  }
  return written('matrix', nodes, ['vector', matrixSide], ['probabilities', matrixSide], initializers);
}

/** Weights that keep the size of what passes through them, as K. He and others choose them (2015): variance 2 / inputs. */
function weightsFrom(seed: number): (name: string, shape: readonly number[], inputs: number) => OnnxTensor {
  const random = seededRandom(seed);
  return (name, shape, inputs) => {
    const count = shape.reduce((product, dimension) => product * dimension, 1);
    // An even distribution from -a to a has variance a²/3.
    const most = Math.sqrt(6 / inputs);
    const data = new Float32Array(count).map(() => (2 * random() - 1) * most);
    return { name, datatype: 'FP32', shape, data };
  };
}

type NamedShape = readonly [name: string, ...shape: number[]];

function written(
  graphName: string,
  nodes: readonly OnnxNode[],
  [input, ...inputShape]: NamedShape,
  [output, ...outputShape]: NamedShape,
  initializers: readonly OnnxTensor[],
): Uint8Array {
  const elementType = elementTypeOf.FP32;
  return writeOnnxModel({
    producerName: 'bench',
    opsets: [{ domain: '', version: 17 }],
    graphName,
    nodes,
    initializers,
    inputs: [{ name: input, elementType, shape: ['n', ...inputShape] }],
    outputs: [{ name: output, elementType, shape: ['n', ...outputShape] }],
  });
}
