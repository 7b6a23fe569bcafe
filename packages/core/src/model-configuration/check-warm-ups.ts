import type { ModelSignature, TensorSignature } from '../inference/signature.ts';
import { problemsOf, typeName, unknownTensor, type FitProblem } from './fit-problem.ts';
import type { ModelConfiguration, WarmUpInput, WarmUpSample } from './model-configuration.ts';
import { servedModel } from './served-model.ts';

/** In what the samples of a configuration do not fit its model: each has every input, those too that clients do not see. */
export function warmUpProblems(configuration: ModelConfiguration, model: ModelSignature): FitProblem[] {
  const { warmUps, maxBatchSize } = configuration;
  const rowsMax = maxBatchSize === null ? Infinity : Math.max(1, maxBatchSize);
  const served = servedModel(model, configuration).inputs.map(({ signature }) => signature);
  const inputs = { model, served, hasBatch: (maxBatchSize ?? 0) > 0 };
  return problemsOf(warmUps, (sample, index) => sampleProblems(`model_warmup[${index}]`, sample, inputs, rowsMax));
}

interface Inputs {
  readonly model: ModelSignature;
  /** As the configuration has them. */
  readonly served: readonly TensorSignature[];
  readonly hasBatch: boolean;
}

function sampleProblems(at: string, sample: WarmUpSample, inputs: Inputs, rowsMax: number): FitProblem[] {
  const problems = problemsOf(sample.inputs, (input) => inputProblems(`${at}.inputs`, input, inputs));
  problems.push(...missingInputs(`${at}.inputs`, sample, inputs));
  if (sample.batchSize <= rowsMax) return problems;
  const message = `batch_size is ${sample.batchSize}, and requests have ${rowsMax} rows at most`;
  problems.push({ place: `${at}.batch_size`, message, fix: `write batch_size: ${rowsMax}` });
  return problems;
}

function inputProblems(at: string, input: WarmUpInput, { model, served, hasBatch }: Inputs): FitProblem[] {
  const { name, datatype, dims } = input;
  const own = model.inputs.find((tensor) => tensor.name === name);
  if (own === undefined) return [unknownTensor(at, 'input', name, model.inputs)];
  const place = `${at}.${name}`;
  if (own.datatype !== datatype) {
    const message = `input '${name}' is ${datatype} here and ${own.datatype} in the model`;
    return [{ place, message, fix: `write data_type: ${typeName(own.datatype)}` }];
  }
  const shape = served.find((tensor) => tensor.name === name)?.shape;
  if (shape === undefined) return [];
  const wanted = hasBatch ? shape.slice(1) : shape;
  if (wanted.length === dims.length && wanted.every((size, axis) => size === -1 || size === dims[axis])) return [];
  const message = `input '${name}' has dims [${dims.join(', ')}] here, and requests have [${wanted.join(', ')}]${hasBatch ? ' behind the batch' : ''}`;
  return [{ place, message, fix: `write dims: [ ${sampleDims(wanted, dims)} ]` }];
}

/** A sample has a size where requests choose one. */
function sampleDims(wanted: readonly number[], given: readonly number[]): string {
  return wanted.map((size, axis) => (size === -1 ? (given[axis] ?? 1) : size)).join(', ');
}

function missingInputs(place: string, { inputs }: WarmUpSample, { served, hasBatch }: Inputs): FitProblem[] {
  const given = new Set(inputs.map(({ name }) => name));
  return served
    .filter(({ name }) => !given.has(name))
    .map(({ name, datatype, shape }) => ({
      place,
      message: `the sample lacks the input '${name}'`,
      fix: `add inputs { key: "${name}" value { data_type: ${typeName(datatype)} dims: [ ${sampleDims(hasBatch ? shape.slice(1) : shape, [])} ] zero_data: true } }`,
    }));
}
