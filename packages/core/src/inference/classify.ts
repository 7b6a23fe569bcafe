import { ClusterError } from '../errors.ts';
import { encodeBytesElements } from '../tensors/bytes-elements.ts';
import type { Datatype } from '../tensors/datatype.ts';
import type { Tensor } from '../tensors/tensor.ts';
import { numbersOf, type TensorNumbers } from '../tensors/tensor-numbers.ts';
import { hasBatchDimension } from './batch-dimension.ts';
import { highestPlaces } from './highest-places.ts';
import type { InferenceRequest } from './request.ts';
import type { ModelSignature } from './signature.ts';

/** Elements of one output that are looked through at most, as in Triton: it takes the event loop. */
const classifiedElementsMax = 1_000_000;

/** Words of a model's classes, by output name and class; a model without labels has none. */
export type ClassLabels = (output: string, index: number) => string | undefined;

/** Texts of one output at most: they are made on the event loop, too. */
const classesMax = 100_000;

const noLabels: ClassLabels = () => undefined;

const encoder = new TextEncoder();

/**
 * Puts the highest classes in place of the outputs of which the request wants these (the classification extension):
 * texts `value:index` or `value:index:label`, highest first, of each row where the model has a batch dimension.
 * @throws ClusterError INVALID_ARGUMENT in Triton's words for outputs that have no order, or too many elements.
 */
export function classify(
  outputs: readonly Tensor[],
  { classifications }: Pick<InferenceRequest, 'classifications'>,
  signature: ModelSignature,
  labels: ClassLabels = noLabels,
): readonly Tensor[] {
  if (classifications === undefined || classifications.size === 0) return outputs;
  const inRows = hasBatchDimension(signature);
  return outputs.map((output) => {
    const count = classifications.get(output.name);
    return count === undefined ? output : classesOf(output, count, inRows, labels);
  });
}

function classesOf(output: Tensor, countMax: number, inRows: boolean, labels: ClassLabels): Tensor {
  const values = valuesOf(output);
  if (values.length > classifiedElementsMax) {
    throw new ClusterError('INVALID_ARGUMENT', 'classification output tensor too large');
  }
  const rows = inRows ? (output.shape[0] ?? 1) : 1;
  const perRow = rows === 0 ? 0 : values.length / rows;
  const count = Math.min(countMax, perRow);
  if (rows * count > classesMax) {
    throw new ClusterError(
      'INVALID_ARGUMENT',
      `output '${output.name}' would have ${rows * count} classes; at most ${classesMax} are answered: ask for fewer of each row`,
    );
  }
  const texts: Uint8Array[] = [];
  for (let row = 0; row < rows; row += 1) {
    const own = values.subarray(row * perRow, (row + 1) * perRow);
    for (const index of highestPlaces(own, count)) {
      const label = labels(output.name, index);
      const text = `${shown(own[index] ?? 0, output.datatype)}:${index}${label === undefined ? '' : `:${label}`}`;
      texts.push(encoder.encode(text));
    }
  }
  return {
    name: output.name,
    datatype: 'BYTES',
    shape: inRows ? [rows, count] : [count],
    data: encodeBytesElements(texts),
  };
}

/** As C++'s `std::to_string` writes it: six digits after the point. */
function shown(value: number | bigint, datatype: Datatype): string {
  if (datatype !== 'FP32' && datatype !== 'FP64') return String(value);
  const number = Number(value);
  if (Number.isNaN(number)) return 'nan';
  if (!Number.isFinite(number)) return number > 0 ? 'inf' : '-inf';
  if (Math.abs(number) < 1e21) return number.toFixed(6);
  // `toFixed` goes over to exponents there; every such double is a whole number.
  return `${BigInt(number)}.000000`;
}

function valuesOf(output: Tensor): TensorNumbers {
  const values = numbersOf(output);
  if (values !== null) return values;
  throw new ClusterError(
    'INVALID_ARGUMENT',
    `class result not available for output due to unsupported type '${output.datatype}' (output '${output.name}')`,
  );
}
