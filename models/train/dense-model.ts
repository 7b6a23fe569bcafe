import { elementTypeOf } from '@cluster-ai/protocols/onnx/element-types.ts';
import { writeOnnxModel } from '@cluster-ai/protocols/onnx/write-model.ts';
import type { OnnxNode } from '@cluster-ai/protocols/onnx/write-model.ts';
import type { OnnxTensor } from '@cluster-ai/protocols/onnx/write-tensor.ts';
import type { DenseLayer } from './dense-layer.ts';

export interface DenseModelNames {
  readonly graph: string;
  readonly docString: string;
  readonly input: { readonly name: string; readonly docString: string };
  /** Name of the output that holds the number of the likeliest class. */
  readonly label: string;
  readonly classes: readonly string[];
}

/** Writes trained layers as an ONNX model: input FP32 [-1,n] to `probabilities` FP32 [-1,classes] and the label INT64 [-1]. */
export function denseModel(layers: readonly DenseLayer[], names: DenseModelNames): Uint8Array {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  let value = names.input.name;
  layers.forEach((layer, index) => {
    const [weights, biases] = [`weights${index}`, `biases${index}`];
    const shape = [layer.inputs, layer.outputs];
    initializers.push({ name: weights, datatype: 'FP32', shape, data: layer.weights.values });
    initializers.push({ name: biases, datatype: 'FP32', shape: [layer.outputs], data: layer.biases.values });
    nodes.push({ opType: 'Gemm', inputs: [value, weights, biases], outputs: [`sum${index}`] });
    value = `sum${index}`;
    if (index === layers.length - 1) return;
    nodes.push({ opType: 'Relu', inputs: [value], outputs: [`hidden${index}`] });
    value = `hidden${index}`;
  });
  nodes.push({ opType: 'Softmax', inputs: [value], outputs: ['probabilities'], attributes: { axis: { int: -1 } } });
  const lastAxis = { axis: { int: -1 }, keepdims: { int: 0 } };
  nodes.push({ opType: 'ArgMax', inputs: [value], outputs: [names.label], attributes: lastAxis });
  const classes = names.classes.join(', ');
  return writeOnnxModel({
    producerName: 'cluster-ai',
    opsets: [{ domain: '', version: 21 }],
    graphName: names.graph,
    docString: names.docString,
    nodes,
    initializers,
    inputs: [{ ...names.input, elementType: elementTypeOf.FP32, shape: ['batch', layers[0]?.inputs ?? 0] }],
    outputs: [
      {
        name: 'probabilities',
        elementType: elementTypeOf.FP32,
        shape: ['batch', names.classes.length],
        docString: `one probability a class: ${classes}`,
      },
      {
        name: names.label,
        elementType: elementTypeOf.INT64,
        shape: ['batch'],
        docString: 'number of the likeliest class',
      },
    ],
    metadata: { classes: names.classes.join(',') },
  });
}
