import { ProtobufWriter } from './protobuf-writer.ts';
import type { OnnxOpset } from './read-model.ts';
import { writeAttribute } from './write-attribute.ts';
import type { OnnxAttribute } from './write-attribute.ts';
import { keyAndValue, writeTensor } from './write-tensor.ts';
import type { OnnxTensor } from './write-tensor.ts';

export interface OnnxNode {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name?: string;
  /** Where the operator is defined; the default set when it is missing. */
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** An input or an output: the form in which the reader gives it, and an optional description. */
export interface OnnxValue {
  readonly name: string;
  /** `TensorProto.DataType`, see `elementTypeOf`. */
  readonly elementType: number;
  /** A size, the name of a dynamic dimension, or null for a nameless one. A null shape leaves out even the rank. */
  readonly shape: readonly (number | string | null)[] | null;
  readonly docString?: string;
}

/** The graph of a model, or one inside a node. */
export interface OnnxGraph {
  readonly graphName: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers?: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** A model to write. The caller answers for the graph: nodes in an order in which each input is known. */
export interface OnnxModel extends OnnxGraph {
  /** Default 10. */
  readonly irVersion?: number;
  readonly producerName: string;
  readonly producerVersion?: string;
  readonly opsets: readonly OnnxOpset[];
  readonly docString?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Encodes a `ModelProto` of onnx.proto. The same model always gives the same bytes. */
export function writeOnnxModel(model: OnnxModel): Uint8Array {
  const writer = new ProtobufWriter().int64(1, model.irVersion ?? 10).text(2, model.producerName);
  if (model.producerVersion !== undefined) writer.text(3, model.producerVersion);
  if (model.docString !== undefined) writer.text(6, model.docString);
  writer.message(7, graph(model));
  for (const { domain, version } of model.opsets) {
    writer.message(8, new ProtobufWriter().text(1, domain).int64(2, version));
  }
  for (const [key, value] of Object.entries(model.metadata ?? {})) writer.message(14, keyAndValue(key, value));
  return writer.finish();
}

/** Encodes a `GraphProto`, for the attribute of a node. */
export function writeOnnxGraph(model: OnnxGraph): Uint8Array {
  return graph(model).finish();
}

function graph(model: OnnxGraph): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const item of model.nodes) writer.message(1, node(item));
  writer.text(2, model.graphName);
  for (const tensor of model.initializers ?? []) writer.message(5, writeTensor(tensor));
  for (const value of model.inputs) writer.message(11, valueInfo(value));
  for (const value of model.outputs) writer.message(12, valueInfo(value));
  return writer;
}

function node({ opType, inputs, outputs, name, domain, attributes }: OnnxNode): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const input of inputs) writer.text(1, input);
  for (const output of outputs) writer.text(2, output);
  if (name !== undefined) writer.text(3, name);
  writer.text(4, opType);
  for (const [key, value] of Object.entries(attributes ?? {})) writer.message(5, writeAttribute(key, value));
  if (domain !== undefined) writer.text(7, domain);
  return writer;
}

function valueInfo({ name, elementType, shape, docString }: OnnxValue): ProtobufWriter {
  const tensorType = new ProtobufWriter().int64(1, elementType);
  if (shape !== null) tensorType.message(2, tensorShape(shape));
  const writer = new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensorType));
  return docString === undefined ? writer : writer.text(3, docString);
}

function tensorShape(shape: readonly (number | string | null)[]): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const dim of shape) {
    const dimension = new ProtobufWriter();
    if (typeof dim === 'number') dimension.int64(1, dim);
    else if (dim !== null) dimension.text(2, dim);
    writer.message(1, dimension);
  }
  return writer;
}
