import { elementTypeOf } from '@cluster-ai/protocols/onnx/element-types.ts';
import { writeOnnxModel, type OnnxNode } from '@cluster-ai/protocols/onnx/write-model.ts';
import type { RepositoryModel } from './triton-repository.ts';

/** Columns of the matrix that slow models multiply with, and how often they do: some tens of milliseconds on one core. */
const columns = 1_024;
const products = 500;

const tensors = `
  input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 1 ] }
  output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 1 ] }`;

/** Models that give a number back, with queues: one waits for others to batch with, one is slow and has priorities. */
export const queueingModels: Readonly<Record<string, RepositoryModel>> = {
  delayed: {
    'config.pbtxt': `
      max_batch_size: 4 ${tensors}
      dynamic_batching { max_queue_delay_microseconds: 1000000 }`,
    '1/model.onnx': identityBy([{ opType: 'Identity', inputs: ['INPUT0'], outputs: ['OUTPUT0'] }]),
  },
  slow_queue: {
    'config.pbtxt': `
      max_batch_size: 1 ${tensors}
      dynamic_batching {
        priority_levels: 2
        default_priority_level: 2
        default_queue_policy { allow_timeout_override: true max_queue_size: 8 }
      }`,
    '1/model.onnx': identityBy(slowly(products)),
  },
};

/**
 * A model that gives a number back after so many products with a matrix: a run has a large fixed part, reading the matrix, and
 * a row costs little besides. `INPUT0` FP32[n,1] -> `OUTPUT0` FP32[n,1].
 */
export function identityAfterProducts(count: number): Uint8Array {
  return identityBy(slowly(count));
}

/** The number is written into every column, multiplied with the identity many times, and read from one of them. */
function slowly(count: number): OnnxNode[] {
  const steps = Array.from({ length: count }, (_, index): OnnxNode => {
    const inputs = [index === 0 ? 'wide' : `product_${index}`, 'matrix'];
    return { opType: 'MatMul', inputs, outputs: [`product_${index + 1}`] };
  });
  return [
    { opType: 'ConstantOfShape', inputs: ['square'], outputs: ['zeros'] },
    { opType: 'EyeLike', inputs: ['zeros'], outputs: ['matrix'] },
    { opType: 'Expand', inputs: ['INPUT0', 'row'], outputs: ['wide'] },
    ...steps,
    {
      opType: 'ReduceMax',
      inputs: [`product_${count}`],
      outputs: ['OUTPUT0'],
      attributes: { axes: { ints: [1] }, keepdims: { int: 1 } },
    },
  ];
}

function identityBy(nodes: readonly OnnxNode[]): Uint8Array {
  const value = (name: string) => ({ name, elementType: elementTypeOf.FP32, shape: ['n', 1] });
  return writeOnnxModel({
    producerName: 'cluster-ai tests',
    opsets: [{ domain: '', version: 17 }],
    graphName: 'test',
    nodes,
    initializers: [
      { name: 'square', datatype: 'INT64', shape: [2], data: BigInt64Array.of(BigInt(columns), BigInt(columns)) },
      { name: 'row', datatype: 'INT64', shape: [2], data: BigInt64Array.of(1n, BigInt(columns)) },
    ],
    inputs: [value('INPUT0')],
    outputs: [value('OUTPUT0')],
  });
}
