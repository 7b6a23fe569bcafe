import { rankMax } from '@cluster-ai/core/inference/request-limits.ts';
import { datatypes, isDatatype, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { assertTensorName } from '@cluster-ai/core/names/tensor-name.ts';
import { assertDimensions, elementCountMax, type Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import type { ExactJson } from '../json/exact-json.ts';
import { tensorFromJson, type JsonSource } from '../json/json-tensor.ts';
import { invalid, isObject, wrongType, type JsonObject } from './json-fields.ts';
import { parseParameters } from './parameters.ts';
import { refuseSharedMemory } from './shared-memory.ts';

/**
 * Reads the `inputs` of a request. A JSON input carries `data`; a binary one carries the parameter `binary_data_size`
 * and takes that many bytes off `blobs`, in the order of the inputs.
 * @throws ClusterError INVALID_ARGUMENT, DIMENSION_NOT_UNSIGNED; NOT_FOUND for an input that lies in shared memory.
 */
export function readInputs(
  inputs: ExactJson | undefined,
  blobs: Uint8Array,
  modelName: string,
  source: JsonSource,
): Tensor[] {
  if (!Array.isArray(inputs)) throw wrongType("'inputs'", 'array');
  let offset = 0;
  const tensors = inputs.map((input) => {
    if (!isObject(input)) throw wrongType("'inputs'", 'object');
    const header = readHeader(input);
    const binarySize = binaryDataSize(input['parameters'], header.name);
    if (binarySize === null) return readJsonInput(header, input['data'], source);
    if (input['data'] !== undefined) {
      throw invalid(
        `unexpected 'data' field for input '${header.name}': its parameter 'binary_data_size' says that it is binary`,
      );
    }
    const end = offset + binarySize;
    if (end > blobs.byteLength) {
      throw invalid(
        `unexpected size for input '${header.name}', expecting ${end - blobs.byteLength} additional bytes for model '${modelName}'`,
      );
    }
    const data = blobs.subarray(offset, end);
    offset = end;
    return { ...header, data };
  });
  if (offset !== blobs.byteLength) throw invalid(`unexpected additional input data for model '${modelName}'`);
  return tensors;
}

type TensorHeader = Omit<Tensor, 'data'>;

function readJsonInput(
  { name, datatype, shape }: TensorHeader,
  data: ExactJson | undefined,
  source: JsonSource,
): Tensor {
  if (data !== undefined) return tensorFromJson(name, datatype, shape, data, source);
  throw invalid(`Unable to parse 'data': input '${name}' has neither 'data' nor the parameter 'binary_data_size'`);
}

function readHeader(input: JsonObject): TensorHeader {
  const name = input['name'];
  if (typeof name !== 'string') throw wrongType("'name'", 'string');
  assertTensorName(name);
  return { name, datatype: readDatatype(input['datatype'], name), shape: readShape(input['shape'], name) };
}

function readDatatype(datatype: ExactJson | undefined, name: string): Datatype {
  if (typeof datatype !== 'string') throw wrongType(`'datatype' of input '${name}'`, 'string');
  if (isDatatype(datatype)) return datatype;
  throw invalid(
    `Unable to parse 'datatype' of input '${name}': '${datatype.slice(0, 40)}' is not one of ${datatypes.join(', ')}`,
  );
}

function readShape(shape: ExactJson | undefined, name: string): number[] {
  if (!Array.isArray(shape)) throw wrongType(`'shape' of input '${name}'`, 'array');
  if (shape.length > rankMax) {
    throw invalid(`shape of input '${name}' has ${shape.length} dimensions; at most ${rankMax} are accepted`);
  }
  const dimensions = shape.map((dimension) => {
    const isHuge =
      typeof dimension === 'bigint'
        ? dimension > 0n
        : typeof dimension === 'number' && Number.isInteger(dimension) && dimension > Number.MAX_SAFE_INTEGER;
    if (isHuge) {
      throw invalid(`shape of input '${name}' causes total element count to exceed maximum size of ${elementCountMax}`);
    }
    // JSON has a zero of either sign, a shape has one.
    return typeof dimension === 'number' ? dimension + 0 : Number.NaN;
  });
  assertDimensions(dimensions);
  return dimensions;
}

function binaryDataSize(given: ExactJson | undefined, name: string): number | null {
  const parameters = parseParameters(given);
  refuseSharedMemory(parameters);
  const size = parameters['binary_data_size'];
  if (size === undefined) return null;
  if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size;
  throw wrongType(`'binary_data_size' of input '${name}'`, 'unsigned-integer');
}
