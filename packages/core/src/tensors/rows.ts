import { ClusterError } from '../errors.ts';
import { lengthPrefixBytes } from './bytes-elements.ts';
import { elementBytes } from './datatype.ts';
import type { Tensor } from './tensor.ts';

/**
 * Cuts a tensor along dimension 0 into pieces of `rowCounts[i]` rows: the way back from a batch to its requests.
 * The pieces share the batch's memory.
 * @param rowCounts rows of each piece; their sum must be `tensor.shape[0]`.
 * @throws ClusterError MODEL_EXECUTION_FAILED when the model answered another number of rows than it was given, or
 * when the bytes are not those of the shape.
 */
export function splitRows(tensor: Tensor, rowCounts: readonly number[]): Tensor[] {
  const rows = tensor.shape[0];
  const wanted = rowCounts.reduce((sum, count) => sum + count, 0);
  if (rows !== wanted) {
    throw failed(tensor, `for a batch of ${wanted}: its first dimension is not the batch`);
  }
  const rest = tensor.shape.slice(1);
  const elementsPerRow = rest.reduce((product, dimension) => product * dimension, 1);
  const { name, datatype, data } = tensor;
  let offset = 0;
  let shape = tensor.shape;
  const pieces = rowCounts.map((count) => {
    const end = rowsEnd(tensor, offset, count * elementsPerRow);
    if (shape[0] !== count) shape = [count, ...rest];
    const piece = { name, datatype, shape, data: data.subarray(offset, end) };
    offset = end;
    return piece;
  });
  if (offset !== tensor.data.byteLength) throw failed(tensor, `but ${tensor.data.byteLength} bytes, not ${offset}`);
  return pieces;
}

function rowsEnd(tensor: Tensor, offset: number, elements: number): number {
  const { data, datatype } = tensor;
  if (datatype !== 'BYTES') return offset + elements * elementBytes[datatype];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let end = offset;
  for (let index = 0; index < elements; index += 1) {
    if (end + lengthPrefixBytes > data.byteLength) throw failed(tensor, `but only ${index} of its string elements`);
    end += lengthPrefixBytes + view.getUint32(end, true);
  }
  return end;
}

function failed(tensor: Tensor, what: string): ClusterError {
  return new ClusterError(
    'MODEL_EXECUTION_FAILED',
    `output '${tensor.name}' has shape [${tensor.shape.join(',')}] ${what}`,
  );
}
