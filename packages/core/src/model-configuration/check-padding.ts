import type { ModelSignature } from '../inference/signature.ts';
import type { Datatype } from '../tensors/datatype.ts';
import { problemsOf, unknownTensor, type FitProblem } from './fit-problem.ts';
import type { ModelConfiguration, PaddedDimension } from './model-configuration.ts';
import { servedModel } from './served-model.ts';

/** Whole numbers of a datatype, from and to; null: any number. */
const ranges: Readonly<Record<Exclude<Datatype, 'BYTES'>, readonly [number, number] | null>> = {
  BOOL: [0, 1],
  UINT8: [0, 2 ** 8 - 1],
  UINT16: [0, 2 ** 16 - 1],
  UINT32: [0, 2 ** 32 - 1],
  UINT64: [0, Number.MAX_SAFE_INTEGER],
  INT8: [-(2 ** 7), 2 ** 7 - 1],
  INT16: [-(2 ** 15), 2 ** 15 - 1],
  INT32: [-(2 ** 31), 2 ** 31 - 1],
  INT64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  FP16: null,
  FP32: null,
  FP64: null,
};

/** In what padded dimensions do not fit the model: each is an open one of an input that clients send. */
export function paddingProblems(configuration: ModelConfiguration, model: ModelSignature): FitProblem[] {
  if (configuration.padding === undefined) return [];
  const { inputs } = servedModel(model, configuration);
  return problemsOf(configuration.padding, ({ input, dim, value }: PaddedDimension) => {
    const place = `parameters.cluster_ai.pad.${input}`;
    const own = inputs.find(({ signature }) => signature.name === input);
    if (own === undefined) {
      const names = inputs.map(({ signature }) => signature);
      return [unknownTensor(place, 'input', input, names)];
    }
    const { datatype, shape } = own.signature;
    const problem = (message: string, fix: string): FitProblem[] => [{ place, message, fix }];
    if (own.modelShape !== null) return problem(`input '${input}' is reshaped and padded`, 'keep one of them');
    if (datatype === 'BYTES') return problem(`input '${input}' has texts, which are not padded`, 'take it out');
    if (shape[dim + 1] !== -1) {
      const open = shape.flatMap((size, axis) => (size === -1 && axis > 0 ? [axis - 1] : []));
      const found = `dim=${dim} of input '${input}' is not an open dimension: requests have [${shape.slice(1).join(', ')}]`;
      return problem(found, open.length === 0 ? 'take it out' : `write dim=${open.join(' or dim=')}`);
    }
    const range = ranges[datatype];
    if (range === null || (Number.isInteger(value) && value >= range[0] && value <= range[1])) return [];
    const text = `input '${input}' is ${datatype}, which has no value ${value}`;
    return problem(text, `write a whole number from ${range[0]} to ${range[1]}`);
  });
}
