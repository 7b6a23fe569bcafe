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
  const byName = new Map(signature.inputs.map((input) => [input.name, input]));
  const given = new Set<string>();
  for (const input of request.inputs) {
    const declared = byName.get(input.name);
    if (declared === undefined) throw unexpectedInput(input.name, signature, model);
    if (given.has(input.name)) throw invalid(`input '${input.name}' already exists in request for model '${model}'`);
    given.add(input.name);
    assertDatatype(input, declared, model);
    assertShape(input, declared, model, rowsMax > 0);
    assertTensorBytes(input);
  }
  if (given.size !== signature.inputs.length) throw missingInputs(given, signature, model);
  if (rowsMax > 0) assertRows(request, rowsMax);
  const outputs = new Set(signature.outputs.map((output) => output.name));
  for (const name of request.outputNames) {
    if (!outputs.has(name)) throw invalid(`unexpected inference output '${name}' for model '${model}'`);
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
