import { foreignFile } from './foreign-file.ts';
import { defaultOnnxReadLimits } from './limits.ts';
import type { OnnxReadLimits } from './limits.ts';
import { notOnnx, ProtobufReader } from './protobuf-reader.ts';
import { readFunction, readGraph } from './read-graph.ts';
import type { OnnxGraphHeader, OnnxInventory } from './read-graph.ts';
import type { OnnxExternalData } from './read-tensor.ts';
import type { OnnxValueInfo } from './read-value-info.ts';

export interface OnnxOpset {
  /** `ai.onnx` is written as the empty text, as files have it. */
  readonly domain: string;
  readonly version: number;
}

/** What an ONNX file says about itself, without its weights. */
export interface OnnxModelHeader {
  readonly irVersion: number;
  /** Producer and its version, for example `pytorch 2.9.0`; empty when the file does not say. */
  readonly producer: string;
  readonly opsets: readonly OnnxOpset[];
  readonly graphName: string;
  /** What a caller must give: inputs of the graph that have no stored value. */
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly metadata: Readonly<Record<string, string>>;
  /** One entry a tensor that lies in another file. The locations are as the file has them: check them before use. */
  readonly externalData: readonly OnnxExternalData[];
  /** Operators in use, sorted; with their domain where it is not the default one. */
  readonly opTypes: readonly string[];
  /** Bytes of all stored tensors, in this file and in others. */
  readonly parameterBytes: number;
}

/**
 * Reads the header of an ONNX file (`ModelProto` of onnx.proto) and passes over its data:
 * the time depends on the number of nodes and tensors, not on their size.
 * It does not judge the graph; whether a runtime can load it, only that runtime knows.
 *
 * Throws `MODEL_INVALID` with `not an ONNX file: …` for an empty, foreign, malformed or cut file,
 * and for one past a limit.
 */
export function readOnnxModel(bytes: Uint8Array, options: Partial<OnnxReadLimits> = {}): OnnxModelHeader {
  const limits = { ...defaultOnnxReadLimits, ...options };
  if (bytes.length === 0) throw notOnnx('it is empty');
  if (bytes.length > limits.fileBytesMax) {
    throw notOnnx(`it has ${bytes.length} bytes, more than the limit of ${limits.fileBytesMax}`);
  }
  const foreign = foreignFile(bytes);
  if (foreign !== null) throw notOnnx(`it begins like ${foreign}`);
  return readModel(new ProtobufReader(bytes), limits);
}

function readModel(reader: ProtobufReader, limits: OnnxReadLimits): OnnxModelHeader {
  const inventory: OnnxInventory = { opTypes: new Set(), externalData: [], tensors: 0, nodes: 0, parameterBytes: 0 };
  const opsets: OnnxOpset[] = [];
  const metadata = new Map<string, string>();
  let irVersion = 0;
  let producerName = '';
  let producerVersion = '';
  let graph: OnnxGraphHeader | null = null;
  while (reader.next()) {
    if (reader.field === 1) irVersion = reader.varintField();
    else if (reader.field === 2) producerName = reader.text('the producer', limits.nameBytesMax);
    else if (reader.field === 3) producerVersion = reader.text('the version of the producer', limits.nameBytesMax);
    else if (reader.field === 7) {
      if (graph !== null) throw notOnnx('it has two graphs');
      graph = readGraph(reader.message(), inventory, limits, 1);
    } else if (reader.field === 8) {
      if (opsets.length >= limits.opsetsMax) throw notOnnx(`it imports more than ${limits.opsetsMax} operator sets`);
      opsets.push(readOpset(reader.message(), limits));
    } else if (reader.field === 14) readMetadataEntry(reader.message(), metadata, limits);
    else if (reader.field === 25) readFunction(reader.message(), inventory, limits);
    else reader.skip();
  }
  if (irVersion < 1) throw notOnnx('it has no IR version');
  if (graph === null) throw notOnnx('it has no graph');
  // Operator sets became mandatory with IR version 3.
  if (opsets.length === 0 && irVersion >= 3) {
    throw notOnnx('it imports no operator set; the file is cut short or is something else');
  }
  return {
    irVersion,
    producer: `${producerName} ${producerVersion}`.trim(),
    opsets,
    graphName: graph.name,
    ...interfaceOf(graph),
    metadata: Object.fromEntries(metadata),
    externalData: inventory.externalData,
    opTypes: [...inventory.opTypes].toSorted(),
    parameterBytes: inventory.parameterBytes,
  };
}

/** Files before IR version 4 list their weights among the inputs as well. */
function interfaceOf(graph: OnnxGraphHeader): { inputs: OnnxValueInfo[]; outputs: readonly OnnxValueInfo[] } {
  const inputs = graph.inputs.filter((input) => !graph.initializers.has(input.name));
  if (graph.outputs.length === 0) throw notOnnx('its graph has no outputs');
  refuseDoubles('input', inputs);
  refuseDoubles('output', graph.outputs);
  return { inputs, outputs: graph.outputs };
}

function refuseDoubles(what: string, values: readonly OnnxValueInfo[]): void {
  const names = new Set<string>();
  for (const { name } of values) {
    if (names.has(name)) throw notOnnx(`it has two ${what}s with the name '${name}'`);
    names.add(name);
  }
}

function readOpset(reader: ProtobufReader, limits: OnnxReadLimits): OnnxOpset {
  let domain = '';
  let version = 0;
  while (reader.next()) {
    if (reader.field === 1) domain = reader.text('the domain of an operator set', limits.nameBytesMax);
    else if (reader.field === 2) version = reader.varintField();
    else reader.skip();
  }
  return { domain: domain === 'ai.onnx' ? '' : domain, version };
}

function readMetadataEntry(reader: ProtobufReader, metadata: Map<string, string>, limits: OnnxReadLimits): void {
  let key = '';
  let value = '';
  while (reader.next()) {
    if (reader.field === 1) key = reader.text('a metadata key', limits.nameBytesMax);
    else if (reader.field === 2) value = reader.text('a metadata value', limits.metadataValueBytesMax);
    else reader.skip();
  }
  if (metadata.size >= limits.metadataEntriesMax) {
    throw notOnnx(`it has more than ${limits.metadataEntriesMax} metadata entries`);
  }
  metadata.set(key, value);
}
