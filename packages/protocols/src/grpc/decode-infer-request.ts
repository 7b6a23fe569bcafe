import { ClusterError } from '@cluster-ai/core/errors.ts';
import { requestIdLengthMax, rankMax } from '@cluster-ai/core/inference/request-limits.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import { assertTensorName } from '@cluster-ai/core/names/tensor-name.ts';
import { datatypes, isDatatype, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { elementCountMax, type Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { classCount } from '../open-inference/read-outputs.ts';
import { assertRequestParameters } from '../open-inference/request-parameters.ts';
import { refuseSharedMemory } from '../open-inference/shared-memory.ts';
import { InferParameters } from './infer-parameters.ts';
import { readTypedContents } from './typed-contents.ts';
import { wireTypes, WireReader } from './wire-reader.ts';

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
 * @throws ClusterError INVALID_ARGUMENT, in Triton's words where it has some; NOT_FOUND for a region of shared memory.
 */
export function decodeInferRequest(message: Uint8Array): InferenceRequest {
  const reader = new WireReader(message);
  const parameters = new InferParameters();
  const inputs: InputTensor[] = [];
  const outputs = new Map<string, number | null>();
  const raw: Uint8Array[] = [];
  let modelName = '';
  let modelVersion = '';
  let id = '';
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    switch (field) {
      case requestFields.modelName:
        modelName = reader.name('model_name');
        break;
      case requestFields.modelVersion:
        modelVersion = reader.name('model_version');
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
  assertRequestParameters(parameters.all, exactNumbers);
  return {
    modelName,
    modelVersion: modelVersion === '' ? null : modelVersion,
    id: id === '' ? null : id,
    inputs: withData(inputs, raw, modelName),
    outputNames: [...outputs.keys()],
    ...classificationsOf(outputs),
    parameters: parameters.all,
  };
}

/** Numbers of these messages have all their digits. */
const exactNumbers = { exact: true };

function classificationsOf(outputs: ReadonlyMap<string, number | null>): Pick<InferenceRequest, 'classifications'> {
  const wanted = [...outputs].flatMap(([name, classes]): [string, number][] =>
    classes === null ? [] : [[name, classes]],
  );
  return wanted.length === 0 ? {} : { classifications: new Map(wanted) };
}

interface InputTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
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
        name = reader.name("'name' of an input");
        break;
      case inputFields.datatype:
        datatype = reader.name("'datatype' of an input");
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
  refuseSharedMemory(parameters.all);
  return { name, datatype: knownDatatype(datatype, name), shape, contents };
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

/** A name that is given twice counts once, as it came first. */
function addOutput(outputs: Map<string, number | null>, reader: WireReader): void {
  let name = '';
  const parameters = new InferParameters();
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === outputFields.name) name = reader.name("'name' of an output");
    else if (field === outputFields.parameters) parameters.read(reader.message("'parameters' of an output"));
    else reader.skip();
  }
  assertTensorName(name);
  refuseSharedMemory(parameters.all);
  const classes = classCount(parameters.all['classification']);
  if (!outputs.has(name)) outputs.set(name, classes);
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
