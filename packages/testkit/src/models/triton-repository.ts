import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { datatypes, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { elementTypeOf } from '@cluster-ai/protocols/onnx/element-types.ts';
import { writeOnnxModel, type OnnxNode, type OnnxValue } from '@cluster-ai/protocols/onnx/write-model.ts';
import type { OnnxTensor } from '@cluster-ai/protocols/onnx/write-tensor.ts';

/** A model's folder as Triton has it: paths inside it, and what lies there. */
export type RepositoryModel = Readonly<Record<string, string | Uint8Array>>;

interface Graph {
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly initializers?: readonly OnnxTensor[];
}

/**
 * A repository in Triton's layout, made by code: sums and differences of integers of 32 and 8 bits, texts, the identity of
 * every datatype, a classifier with labels, a reshaped input, a sample to warm up with, and sequences with control inputs
 * and state.
 */
export const tritonRepository: Readonly<Record<string, RepositoryModel>> = {
  simple: {
    'config.pbtxt': simpleConfig('simple', 'TYPE_INT32'),
    '1/model.onnx': addAndSubtract('INT32'),
  },
  simple_int8: {
    'config.pbtxt': simpleConfig('simple_int8', 'TYPE_INT8'),
    '1/model.onnx': addAndSubtract('INT8'),
  },
  simple_string: {
    'config.pbtxt': `
      name: "simple_string"
      platform: "onnxruntime_onnx"
      max_batch_size: 8
      input { name: "INPUT0" data_type: TYPE_STRING dims: 16 }
      output { name: "OUTPUT0" data_type: TYPE_STRING dims: 16 }`,
    '1/model.onnx': identity('BYTES', ['n', 16]),
  },
  ...Object.fromEntries(datatypes.map((datatype) => [`identity_${datatype.toLowerCase()}`, identityModel(datatype)])),
  classifier: {
    'config.pbtxt': `
      max_batch_size: 4
      input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 3 ] }
      output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 3 ] label_filename: "labels.txt" }`,
    'labels.txt': 'cat\ndog\nbird\n',
    '1/model.onnx': identity('FP32', ['n', 3]),
  },
  reshaped: {
    'config.pbtxt': `
      max_batch_size: 4
      input { name: "INPUT0" data_type: TYPE_FP32 dims: [ 1 ] reshape { shape: [ ] } }
      output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 1, 1 ] reshape { shape: [ ] } }
      dynamic_batching { }
      instance_group { count: 2 kind: KIND_CPU }
      parameters { key: "team" value { string_value: "search" } }`,
    '1/model.onnx': identity('FP32', ['n']),
  },
  warmed: {
    'config.pbtxt': `
      max_batch_size: 4
      input { name: "INPUT0" data_type: TYPE_FP32 dims: [ -1 ] }
      output { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ -1 ] }
      version_policy { all { } }
      model_warmup [
        { name: "zeros" batch_size: 2 inputs { key: "INPUT0" value { data_type: TYPE_FP32 dims: 5 zero_data: true } } },
        { name: "file" count: 3 inputs { key: "INPUT0" value { data_type: TYPE_FP32 dims: 2 input_data_file: "sample" } } }
      ]`,
    'warmup/sample': new Uint8Array(Float32Array.of(1, 2).buffer),
    '1/model.onnx': identity('FP32', ['n', 'm']),
    '2/model.onnx': identity('FP32', ['n', 'm']),
  },
  simple_sequence: {
    'config.pbtxt': `
      name: "simple_sequence"
      platform: "onnxruntime_onnx"
      optimization { graph { level: 1 } }
      max_batch_size: 8
      input { name: "INPUT" data_type: TYPE_INT32 dims: [ 1 ] }
      output { name: "OUTPUT" data_type: TYPE_INT32 dims: [ 1 ] }
      output { name: "CORRELATION" data_type: TYPE_INT64 dims: [ 1 ] }
      sequence_batching {
        max_sequence_idle_microseconds: 5000000
        oldest { max_candidate_sequences: 8 preferred_batch_size: [ 4, 8 ] }
        control_input [
          { name: "START" control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } },
          { name: "END" control { kind: CONTROL_SEQUENCE_END int32_false_true: [ 0, 1 ] } },
          { name: "READY" control { kind: CONTROL_SEQUENCE_READY int32_false_true: [ 0, 1 ] } },
          { name: "CORRID" control { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_INT64 } }
        ]
        state {
          input_name: "TOTAL_IN" output_name: "TOTAL_OUT" data_type: TYPE_INT32 dims: 1
          initial_state { name: "first" data_type: TYPE_INT32 dims: 1 data_file: "hundred" }
        }
      }`,
    'initial_state/hundred': new Uint8Array(Int32Array.of(100).buffer),
    '1/model.onnx': sequence(),
  },
  text_sequence: textSequenceModel(60_000_000),
  brief_sequence: textSequenceModel(500_000, 'TYPE_UINT64'),
};

/** Picks numbers from a table of four; its sample to warm up with asks for the one at `place`. */
export function pickingModel(place: number): RepositoryModel {
  return {
    'config.pbtxt': `
      max_batch_size: 4
      input { name: "INPUT0" data_type: TYPE_INT32 dims: 1 }
      output { name: "OUTPUT0" data_type: TYPE_FP32 dims: 1 }
      model_warmup { name: "pick" inputs { key: "INPUT0" value { data_type: TYPE_INT32 dims: 1 input_data_file: "place" } } }`,
    'warmup/place': new Uint8Array(Int32Array.of(place).buffer),
    '1/model.onnx': write({
      nodes: [{ opType: 'Gather', inputs: ['table', 'INPUT0'], outputs: ['OUTPUT0'] }],
      initializers: [{ name: 'table', datatype: 'FP32', shape: [4], data: Float32Array.of(0.5, 1.5, 2.5, 3.5) }],
      inputs: [value('INPUT0', 'INT32', ['n', 1])],
      outputs: [value('OUTPUT0', 'FP32', ['n', 1])],
    }),
  };
}

/** Writes some of the models, or all of them, as folders. */
export async function writeTritonRepository(
  folder: string,
  names: readonly string[] = Object.keys(tritonRepository),
): Promise<void> {
  for (const name of names) await writeRepositoryModel(folder, name, tritonRepository[name] ?? {});
}

export async function writeRepositoryModel(folder: string, name: string, model: RepositoryModel): Promise<void> {
  for (const [path, content] of Object.entries(model)) {
    const file = join(folder, name, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

function simpleConfig(name: string, type: string): string {
  const tensor = (field: string, of: string): string => `${field} { name: "${of}" data_type: ${type} dims: [ 16 ] }\n`;
  return `
    # Triton's example of that name.
    name: "${name}"
    platform: "onnxruntime_onnx"
    max_batch_size: 8
    ${tensor('input', 'INPUT0')}${tensor('input', 'INPUT1')}${tensor('output', 'OUTPUT0')}${tensor('output', 'OUTPUT1')}
    dynamic_batching { }`;
}

function identityModel(datatype: Datatype): RepositoryModel {
  const type = datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`;
  return {
    'config.pbtxt': `
      backend: "onnxruntime"
      max_batch_size: 0
      input { name: "INPUT0" data_type: ${type} dims: [ -1, -1 ] }
      output { name: "OUTPUT0" data_type: ${type} dims: [ -1, -1 ] }`,
    '1/model.onnx': identity(datatype, ['n', 'm']),
  };
}

function identity(datatype: Datatype, shape: OnnxValue['shape']): Uint8Array {
  return write({
    nodes: [{ opType: 'Identity', inputs: ['INPUT0'], outputs: ['OUTPUT0'] }],
    inputs: [value('INPUT0', datatype, shape)],
    outputs: [value('OUTPUT0', datatype, shape)],
  });
}

/** ONNX Runtime adds integers of 32 bits, so the small ones are widened on the way. */
function addAndSubtract(datatype: 'INT32' | 'INT8'): Uint8Array {
  const cast = (from: string, to: string, type: Datatype): OnnxNode => ({
    opType: 'Cast',
    inputs: [from],
    outputs: [to],
    attributes: { to: { int: elementTypeOf[type] } },
  });
  const row = (name: string) => value(name, datatype, ['n', 16]);
  return write({
    nodes: [
      cast('INPUT0', 'a', 'INT32'),
      cast('INPUT1', 'b', 'INT32'),
      { opType: 'Add', inputs: ['a', 'b'], outputs: ['sum'] },
      { opType: 'Sub', inputs: ['a', 'b'], outputs: ['difference'] },
      cast('sum', 'OUTPUT0', datatype),
      cast('difference', 'OUTPUT1', datatype),
    ],
    inputs: ['INPUT0', 'INPUT1'].map(row),
    outputs: ['OUTPUT0', 'OUTPUT1'].map(row),
  });
}

/** OUTPUT is what came before plus INPUT, times READY; the last answer has 1000 more; CORRELATION is the sequence's id. */
function sequence(): Uint8Array {
  const int32 = (name: string) => value(name, 'INT32', ['n', 1]);
  const int64 = (name: string) => value(name, 'INT64', ['n', 1]);
  return write({
    nodes: [
      { opType: 'Mul', inputs: ['INPUT', 'READY'], outputs: ['ready_input'] },
      { opType: 'Add', inputs: ['TOTAL_IN', 'ready_input'], outputs: ['TOTAL_OUT'] },
      { opType: 'Mul', inputs: ['END', 'thousand'], outputs: ['bonus'] },
      { opType: 'Mul', inputs: ['START', 'zero'], outputs: ['nothing'] },
      { opType: 'Add', inputs: ['TOTAL_OUT', 'bonus'], outputs: ['marked'] },
      { opType: 'Add', inputs: ['marked', 'nothing'], outputs: ['OUTPUT'] },
      { opType: 'Identity', inputs: ['CORRID'], outputs: ['CORRELATION'] },
    ],
    initializers: [
      { name: 'thousand', datatype: 'INT32', shape: [1], data: Int32Array.of(1_000) },
      { name: 'zero', datatype: 'INT32', shape: [1], data: Int32Array.of(0) },
    ],
    inputs: [...['INPUT', 'START', 'END', 'READY', 'TOTAL_IN'].map(int32), int64('CORRID')],
    outputs: [...['OUTPUT', 'TOTAL_OUT'].map(int32), int64('CORRELATION')],
  });
}

/** Without a batch dimension, with the other datatypes of controls, and a state that begins with zeros. */
function textSequenceModel(idleMicroseconds: number, idType = 'TYPE_STRING'): RepositoryModel {
  return {
    'config.pbtxt': `
      input { name: "INPUT" data_type: TYPE_FP32 dims: 1 }
      output { name: "OUTPUT" data_type: TYPE_FP32 dims: 1 }
      output { name: "CORRELATION" data_type: ${idType} dims: 1 }
      sequence_batching {
        max_sequence_idle_microseconds: ${idleMicroseconds}
        control_input [
          { name: "START" control { kind: CONTROL_SEQUENCE_START fp32_false_true: [ 0, 0.5 ] } },
          { name: "END" control { kind: CONTROL_SEQUENCE_END bool_false_true: [ false, true ] } },
          { name: "CORRID" control { kind: CONTROL_SEQUENCE_CORRID data_type: ${idType} } }
        ]
        state { input_name: "TOTAL_IN" output_name: "TOTAL_OUT" data_type: TYPE_FP32 dims: 1 }
      }`,
    '1/model.onnx': textSequence(idType === 'TYPE_STRING' ? 'BYTES' : 'UINT64'),
  };
}

/** OUTPUT is what came before plus INPUT and half of one for START; the last answer has 100 more. */
function textSequence(idDatatype: Datatype): Uint8Array {
  const one = (name: string, datatype: Datatype) => value(name, datatype, [1]);
  return write({
    nodes: [
      { opType: 'Add', inputs: ['TOTAL_IN', 'INPUT'], outputs: ['TOTAL_OUT'] },
      { opType: 'Cast', inputs: ['END'], outputs: ['end'], attributes: { to: { int: elementTypeOf.FP32 } } },
      { opType: 'Mul', inputs: ['end', 'hundred'], outputs: ['bonus'] },
      { opType: 'Add', inputs: ['TOTAL_OUT', 'START'], outputs: ['marked'] },
      { opType: 'Add', inputs: ['marked', 'bonus'], outputs: ['OUTPUT'] },
      { opType: 'Identity', inputs: ['CORRID'], outputs: ['CORRELATION'] },
    ],
    initializers: [{ name: 'hundred', datatype: 'FP32', shape: [1], data: Float32Array.of(100) }],
    inputs: [
      ...['INPUT', 'START', 'TOTAL_IN'].map((name) => one(name, 'FP32')),
      one('END', 'BOOL'),
      one('CORRID', idDatatype),
    ],
    outputs: [...['OUTPUT', 'TOTAL_OUT'].map((name) => one(name, 'FP32')), one('CORRELATION', idDatatype)],
  });
}

function value(name: string, datatype: Datatype, shape: OnnxValue['shape']): OnnxValue {
  return { name, elementType: elementTypeOf[datatype], shape };
}

function write(graph: Graph): Uint8Array {
  return writeOnnxModel({
    producerName: 'cluster-ai tests',
    opsets: [{ domain: '', version: 17 }],
    graphName: 'test',
    ...graph,
  });
}
