import { elementTypeOf } from '@cluster-ai/protocols/onnx/element-types.ts';
import { writeOnnxModel, type OnnxNode } from '@cluster-ai/protocols/onnx/write-model.ts';
import type { RepositoryModel } from './triton-repository.ts';

const configuration = `
  max_batch_size: 8
  input { name: "INPUT0" data_type: TYPE_FP32 dims: [ -1 ] allow_ragged_batch: true }
  output [
    { name: "SUM" data_type: TYPE_FP32 dims: [ 1 ] },
    { name: "DOUBLE" data_type: TYPE_FP32 dims: [ -1 ] }
  ]
  batch_input {
    kind: BATCH_ACCUMULATED_ELEMENT_COUNT_WITH_ZERO
    target_name: "PLACES" data_type: TYPE_INT32 source_input: "INPUT0"
  }
  batch_output { target_name: "DOUBLE" kind: BATCH_SCATTER_WITH_INPUT_SHAPE source_input: "INPUT0" }
  dynamic_batching { max_queue_delay_microseconds: 100000 }`;

/** Sums of rows of different lengths, and each of their numbers doubled. The second looks at rows that are not its own. */
export const raggedModels: Readonly<Record<string, RepositoryModel>> = {
  ragged: { 'config.pbtxt': configuration, '1/model.onnx': sums(false) },
  ragged_meddler: { 'config.pbtxt': configuration, '1/model.onnx': sums(true) },
};

function sums(isMeddling: boolean): Uint8Array {
  const nodes: OnnxNode[] = [
    { opType: 'CumSum', inputs: ['INPUT0', 'axis'], outputs: ['running'] },
    { opType: 'Concat', inputs: ['nothing', 'running'], outputs: ['totals'], attributes: { axis: { int: 0 } } },
    { opType: 'Gather', inputs: ['totals', 'PLACES'], outputs: ['bounds'] },
    { opType: 'Slice', inputs: ['bounds', 'one', 'end'], outputs: ['upper'] },
    { opType: 'Slice', inputs: ['bounds', 'zero', 'last'], outputs: ['lower'] },
    { opType: 'Sub', inputs: ['upper', 'lower'], outputs: ['flat'] },
    { opType: 'ReduceMax', inputs: ['INPUT0'], outputs: ['largest'], attributes: { keepdims: { int: 0 } } },
    { opType: 'Add', inputs: ['flat', isMeddling ? 'largest' : 'none'], outputs: ['meddled'] },
    { opType: 'Unsqueeze', inputs: ['meddled', 'one'], outputs: ['SUM'] },
    { opType: 'Add', inputs: ['INPUT0', 'INPUT0'], outputs: ['DOUBLE'] },
  ];
  const index = (name: string, value: bigint) => ({
    name,
    datatype: 'INT64' as const,
    shape: [1],
    data: BigInt64Array.of(value),
  });
  const value = (name: string, datatype: 'FP32' | 'INT32', shape: (string | number)[]) => ({
    name,
    elementType: elementTypeOf[datatype],
    shape,
  });
  return writeOnnxModel({
    producerName: 'cluster-ai tests',
    opsets: [{ domain: '', version: 17 }],
    graphName: 'test',
    nodes,
    initializers: [
      { name: 'axis', datatype: 'INT64', shape: [], data: BigInt64Array.of(0n) },
      { name: 'nothing', datatype: 'FP32', shape: [1], data: Float32Array.of(0) },
      { name: 'none', datatype: 'FP32', shape: [], data: Float32Array.of(0) },
      index('zero', 0n),
      index('one', 1n),
      index('last', -1n),
      index('end', 2n ** 31n),
    ],
    inputs: [value('INPUT0', 'FP32', ['elements']), value('PLACES', 'INT32', ['places'])],
    outputs: [value('SUM', 'FP32', ['n', 1]), value('DOUBLE', 'FP32', ['elements'])],
  });
}
