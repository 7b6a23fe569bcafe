import { ClusterError } from '@cluster-ai/core/errors.ts';
import { requestIdLengthMax, rankMax } from '@cluster-ai/core/inference/request-limits.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import { assertTensorName } from '@cluster-ai/core/names/tensor-name.ts';
import { datatypes, isDatatype, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { elementCountMax, type Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { InferParameters, type Parameters } from './infer-parameters.ts';
import { readTypedContents } from './typed-contents.ts';
import { wireTypes, WireReader } from './wire-reader.ts';

/** An output that the client named. */
export interface RequestedOutput {
  readonly name: string;
  readonly parameters: Parameters;
}

export interface DecodedInferRequest {
  readonly request: InferenceRequest;
  /** Empty means all. A name that is given twice counts once, as it came first. */
  readonly outputs: readonly RequestedOutput[];
}

const requestFields = {
  modelName: 1,
  modelVersion: 2,
  id: 3,
  parameters: 4,
  inputs: 5,
  outputs: 6,
  rawInputContents: 7,
} as const;

/**
 * Reads a ModelInferRequest. Tensors that came raw, and floating-point ones that came packed, share its memory.
 * @throws ClusterError INVALID_ARGUMENT, in Triton's words where it has some.
 */
export function decodeInferRequest(message: Uint8Array): DecodedInferRequest {
  const reader = new WireReader(message);
  const parameters = new InferParameters();
  const inputs: InputTensor[] = [];
  const outputs = new Map<string, RequestedOutput>();
  const raw: Uint8Array[] = [];
  let modelName = '';
  let modelVersion = '';
  let id = '';
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    switch (field) {
      case requestFields.modelName:
        modelName = reader.text('model_name');
        break;
      case requestFields.modelVersion:
        modelVersion = reader.text('model_version');
        break;
      case requestFields.id:
        id = reader.text('id');
        break;
      case requestFields.parameters:
        parameters.read(reader.message('parameters'));
        break;
      case requestFields.inputs:
        inputs.push(readInput(reader.message('inputs')));
        break;
      case requestFields.outputs:
        addOutput(outputs, reader.message('outputs'));
        break;
      case requestFields.rawInputContents:
        reader.expect(wireTypes.bytes, 'raw_input_contents');
        raw.push(reader.byteString());
        break;
      default:
        reader.skip();
    }
  }
  if (id.length > requestIdLengthMax) {
    throw invalid(`'id' has ${id.length} characters; at most ${requestIdLengthMax} are accepted`);
  }
  const request = {
    modelName,
    modelVersion: modelVersion === '' ? null : modelVersion,
    id: id === '' ? null : id,
    inputs: withData(inputs, raw, modelName),
    outputNames: [...outputs.keys()],
    parameters: parameters.all,
  };
  return { request, outputs: [...outputs.values()] };
}

interface InputTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly parameters: Parameters;
  /** Empty when the message has none. */
  readonly contents: readonly WireReader[];
}

const inputFields = { name: 1, datatype: 2, shape: 3, parameters: 4, contents: 5 } as const;

function readInput(reader: WireReader): InputTensor {
  let name = '';
  let datatype = '';
  const shape: number[] = [];
  const parameters = new InferParameters();
  const contents: WireReader[] = [];
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    switch (field) {
      case inputFields.name:
        name = reader.text("'name' of an input");
        break;
      case inputFields.datatype:
        datatype = reader.text("'datatype' of an input");
        break;
      case inputFields.shape:
        readShape(reader, shape);
        break;
      case inputFields.parameters:
        parameters.read(reader.message("'parameters' of an input"));
        break;
      case inputFields.contents:
        contents.push(reader.message("'contents' of an input"));
        break;
      default:
        reader.skip();
    }
  }
  assertTensorName(name);
  assertShape(shape, name);
  return { name, datatype: knownDatatype(datatype, name), shape, parameters: parameters.all, contents };
}

/** Dimensions come packed into one field, or each in its own. */
function readShape(reader: WireReader, shape: number[]): void {
  if (reader.wireType !== wireTypes.bytes) {
    reader.expect(wireTypes.varint, "'shape' of an input");
    shape.push(reader.integer());
    return;
  }
  const packed = reader.message("'shape' of an input");
  while (!packed.done && shape.length <= rankMax) shape.push(packed.integer());
}

function assertShape(shape: readonly number[], name: string): void {
  if (shape.length > rankMax) {
    throw invalid(`shape of input '${name}' has more than ${rankMax} dimensions`);
  }
  for (const dimension of shape) {
    if (dimension < 0) throw invalid(`shape [${shape.join(',')}] of input '${name}' has a negative dimension`);
    if (dimension > elementCountMax) {
      throw invalid(`shape of input '${name}' causes total element count to exceed maximum size of ${elementCountMax}`);
    }
  }
}

function knownDatatype(datatype: string, name: string): Datatype {
  if (isDatatype(datatype)) return datatype;
  throw invalid(
    `Unable to parse 'datatype' of input '${name}': '${datatype.slice(0, 40)}' is not one of ${datatypes.join(', ')}`,
  );
}

const outputFields = { name: 1, parameters: 2 } as const;

function addOutput(outputs: Map<string, RequestedOutput>, reader: WireReader): void {
  let name = '';
  const parameters = new InferParameters();
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === outputFields.name) name = reader.text("'name' of an output");
    else if (field === outputFields.parameters) parameters.read(reader.message("'parameters' of an output"));
    else reader.skip();
  }
  assertTensorName(name);
  if (!outputs.has(name)) outputs.set(name, { name, parameters: parameters.all });
}

/** Raw contents are for all inputs or for none. */
function withData(inputs: readonly InputTensor[], raw: readonly Uint8Array[], model: string): Tensor[] {
  const shown = model.slice(0, 200);
  const tensors = inputs.map(({ name, datatype, shape, contents }, index) => {
    const typed = contents.length > 0;
    if (typed && raw.length > 0) {
      throw invalid(
        `contents field must not be specified when using raw_input_contents for '${name}' for model '${shown}'`,
      );
    }
    const data = typed ? readTypedContents(contents, { input: name, datatype, model: shown }) : raw[index];
    if (data === undefined) {
      throw invalid(`unable to find data for input tensor '${name}' for model '${shown}' in request.`);
    }
    return { name, datatype, shape, data };
  });
  if (raw.length > inputs.length) throw invalid(`unexpected additional input data for model '${shown}'`);
  return tensors;
}

function invalid(message: string): ClusterError {
  return new ClusterError('INVALID_ARGUMENT', message);
}
