import { ClusterError } from '../errors.ts';
import { assertTensorBytes, type Tensor } from '../tensors/tensor.ts';
import type { InferenceRequest } from './request.ts';
import type { ModelSignature, TensorSignature } from './signature.ts';

/**
 * Checks a request against the model's signature; ONNX Runtime would silently ignore an unknown input, and a client
 * must learn of a typing error. Texts follow Triton's, because clients and tests look for them.
 * @param rowsMax of a model that is configured with a batch dimension: rows of one request at most; 0 for no such rule.
 * @throws ClusterError INVALID_ARGUMENT
 */
export function validateRequest(request: InferenceRequest, signature: ModelSignature, rowsMax = 0): void {
  const model = request.modelName;
  const { inputs, outputs } = namesOf(signature);
  const given = new GivenNames(inputs.size);
  for (const input of request.inputs) {
    const place = inputs.get(input.name);
    const declared = place === undefined ? undefined : signature.inputs[place];
    if (place === undefined || declared === undefined) throw unexpectedInput(input.name, signature, model);
    if (!given.add(place)) throw invalid(`input '${input.name}' already exists in request for model '${model}'`);
    assertDatatype(input, declared, model);
    assertShape(input, declared, model, rowsMax > 0);
    assertTensorBytes(input);
  }
  if (request.inputs.length !== signature.inputs.length) {
    throw missingInputs(new Set(request.inputs.map(({ name }) => name)), signature, model);
  }
  if (rowsMax > 0) assertRows(request, rowsMax);
  for (const name of request.outputNames) {
    if (!outputs.has(name)) throw invalid(`unexpected inference output '${name}' for model '${model}'`);
  }
}

interface SignatureNames {
  /** The place of each input. */
  readonly inputs: ReadonlyMap<string, number>;
  readonly outputs: ReadonlySet<string>;
}

const knownNames = new WeakMap<ModelSignature, SignatureNames>();

/** Made once for each signature: every request asks. */
function namesOf(signature: ModelSignature): SignatureNames {
  const known = knownNames.get(signature);
  if (known !== undefined) return known;
  const made = {
    inputs: new Map(signature.inputs.map(({ name }, place) => [name, place])),
    outputs: new Set(signature.outputs.map(({ name }) => name)),
  };
  knownNames.set(signature, made);
  return made;
}

/** Bits of a number that can be set without a sign. */
const bitsOfNumber = 31;

/** Places that have been named: bits, which cost nothing, as long as there are enough of them. */
class GivenNames {
  private bits = 0;
  private readonly many: Set<number> | null;

  constructor(places: number) {
    this.many = places > bitsOfNumber ? new Set() : null;
  }

  /** @returns false when the place had been added before. */
  add(place: number): boolean {
    if (this.many !== null) return this.many.size < this.many.add(place).size;
    const bit = 1 << place;
    const isNew = (this.bits & bit) === 0;
    this.bits |= bit;
    return isNew;
  }
}

function assertDatatype(input: Tensor, declared: TensorSignature, model: string): void {
  if (input.datatype === declared.datatype) return;
  throw invalid(
    `inference input '${input.name}' data-type is '${input.datatype}', but model '${model}' expects '${declared.datatype}'`,
  );
}

/** @param isBatched the model is configured with a batch dimension, which clients tend to forget. */
function assertShape(input: Tensor, declared: TensorSignature, model: string, isBatched: boolean): void {
  const fits =
    input.shape.length === declared.shape.length &&
    input.shape.every((dimension, axis) => declared.shape[axis] === -1 || declared.shape[axis] === dimension);
  if (fits) return;
  throw invalid(
    `unexpected shape for input '${input.name}' for model '${model}'. Expected [${declared.shape.join(',')}], got [${input.shape.join(',')}].${isBatched ? batchNote : ''}`,
  );
}

/** Triton's own words. */
const batchNote =
  ' NOTE: Setting a non-zero max_batch_size in the model config requires a batch dimension to be prepended to each input shape. If you want to specify the full shape including the batch dim in your input dims config, try setting max_batch_size to zero. See the model configuration docs for more info on max_batch_size.';

/** All inputs have as many rows, and no more than the model takes. */
function assertRows({ inputs, modelName }: InferenceRequest, rowsMax: number): void {
  const rows = inputs[0]?.shape[0] ?? 0;
  const other = inputs.find(({ shape }) => shape[0] !== rows);
  if (other !== undefined) {
    throw invalid(`input '${other.name}' batch size does not match other inputs for '${modelName}'`);
  }
  if (rows > rowsMax) throw invalid(`inference request batch-size must be <= ${rowsMax} for '${modelName}'`);
}

function missingInputs(given: ReadonlySet<string>, signature: ModelSignature, model: string): ClusterError {
  const missing = signature.inputs.map((input) => input.name).filter((name) => !given.has(name));
  return invalid(
    `expected ${signature.inputs.length} inputs but got ${given.size} inputs for model '${model}'. ` +
      `Got input(s) [${quoted([...given])}], but missing required input(s) [${quoted(missing)}]. Please provide all required input(s).`,
  );
}

function unexpectedInput(name: string, signature: ModelSignature, model: string): ClusterError {
  return invalid(
    `unexpected inference input '${name}' for model '${model}'; it takes [${quoted(signature.inputs.map((input) => input.name))}]`,
  );
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(',');
}

function invalid(message: string): ClusterError {
  return new ClusterError('INVALID_ARGUMENT', message);
}
