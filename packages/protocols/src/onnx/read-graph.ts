import type { OnnxReadLimits } from './limits.ts';
import { notOnnx } from './protobuf-reader.ts';
import type { ProtobufReader } from './protobuf-reader.ts';
import { readTensorHeader } from './read-tensor.ts';
import type { OnnxExternalData, OnnxTensorHeader } from './read-tensor.ts';
import { readValueInfo } from './read-value-info.ts';
import type { OnnxValueInfo } from './read-value-info.ts';

/** What is gathered over all graphs, functions and attributes of one model. */
export interface OnnxInventory {
  /** Operators in use, `Gemm`, or `com.microsoft.Tokenizer` where the domain is not the default one. */
  readonly opTypes: Set<string>;
  /** Tensors whose data lies outside the model file. */
  readonly externalData: OnnxExternalData[];
  tensors: number;
  nodes: number;
  /** Bytes of all stored tensors: initializers, and the values of Constant nodes, where some exporters keep the weights. */
  parameterBytes: number;
}

/** The interface of a graph. `initializers` are the names of its stored tensors. */
export interface OnnxGraphHeader {
  readonly name: string;
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly initializers: ReadonlySet<string>;
}

/** Reads one `GraphProto` at the given level of nesting (1 is the main graph). Throws `MODEL_INVALID`. */
export function readGraph(
  reader: ProtobufReader,
  inventory: OnnxInventory,
  limits: OnnxReadLimits,
  depth: number,
): OnnxGraphHeader {
  if (depth > limits.nestingDepthMax) {
    throw notOnnx(`graphs are nested more than ${limits.nestingDepthMax} levels deep`);
  }
  const inputs: OnnxValueInfo[] = [];
  const outputs: OnnxValueInfo[] = [];
  const initializers = new Set<string>();
  let name = '';
  while (reader.next()) {
    if (reader.field === 1) readNode(reader.message(), inventory, limits, depth);
    else if (reader.field === 2) name = reader.text('the name of the graph', limits.nameBytesMax);
    else if (reader.field === 5) initializers.add(readStoredTensor(reader.message(), inventory, limits).name);
    // Inputs and outputs of a nested graph are its business alone, and often have no type.
    else if (reader.field === 11 && depth === 1) pushValue(inputs, reader.message(), limits);
    else if (reader.field === 12 && depth === 1) pushValue(outputs, reader.message(), limits);
    else if (reader.field === 15) initializers.add(readSparseInitializer(reader.message(), inventory, limits));
    else reader.skip();
  }
  return { name, inputs, outputs, initializers };
}

/** Reads one `FunctionProto`: only its nodes matter here. Throws `MODEL_INVALID`. */
export function readFunction(reader: ProtobufReader, inventory: OnnxInventory, limits: OnnxReadLimits): void {
  while (reader.next()) {
    if (reader.field === 7) readNode(reader.message(), inventory, limits, 1);
    else reader.skip();
  }
}

function pushValue(values: OnnxValueInfo[], reader: ProtobufReader, limits: OnnxReadLimits): void {
  if (values.length >= limits.valuesMax) throw notOnnx(`a graph has more than ${limits.valuesMax} inputs or outputs`);
  values.push(readValueInfo(reader, limits));
}

function readNode(reader: ProtobufReader, inventory: OnnxInventory, limits: OnnxReadLimits, depth: number): void {
  inventory.nodes += 1;
  if (inventory.nodes > limits.nodesMax) throw notOnnx(`it has more than ${limits.nodesMax} nodes`);
  let opType = '';
  let domain = '';
  while (reader.next()) {
    if (reader.field === 4) opType = reader.text('the type of a node', limits.nameBytesMax);
    else if (reader.field === 5) readAttribute(reader.message(), inventory, limits, depth);
    else if (reader.field === 7) domain = reader.text('the domain of a node', limits.nameBytesMax);
    else reader.skip();
  }
  if (opType === '') throw notOnnx('a node has no operator type');
  inventory.opTypes.add(domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`);
}

/** Attributes are read only for what hides in them: tensors with external data, and graphs. */
function readAttribute(reader: ProtobufReader, inventory: OnnxInventory, limits: OnnxReadLimits, depth: number): void {
  while (reader.next()) {
    if (reader.field === 5 || reader.field === 10) readStoredTensor(reader.message(), inventory, limits);
    else if (reader.field === 6 || reader.field === 11) readGraph(reader.message(), inventory, limits, depth + 1);
    else reader.skip();
  }
}

/** A `SparseTensorProto` bears the name of its values. */
function readSparseInitializer(reader: ProtobufReader, inventory: OnnxInventory, limits: OnnxReadLimits): string {
  let name = '';
  while (reader.next()) {
    if (reader.field === 1) name = readStoredTensor(reader.message(), inventory, limits).name;
    else if (reader.field === 2) readStoredTensor(reader.message(), inventory, limits);
    else reader.skip();
  }
  return name;
}

function readStoredTensor(reader: ProtobufReader, inventory: OnnxInventory, limits: OnnxReadLimits): OnnxTensorHeader {
  inventory.tensors += 1;
  if (inventory.tensors > limits.tensorsMax) throw notOnnx(`it stores more than ${limits.tensorsMax} tensors`);
  const tensor = readTensorHeader(reader, limits);
  inventory.parameterBytes += tensor.dataBytes;
  if (tensor.external !== null) inventory.externalData.push(tensor.external);
  return tensor;
}
