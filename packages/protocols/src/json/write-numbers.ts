import { elementBytes, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { numbersModule, numberTypes } from './numbers-module.ts';
import type { NumberType } from './read-numbers.ts';

/** FP64 is printed by JavaScript itself. */
type WritableType = Exclude<NumberType, 'FP64'>;

/** Of fewer numbers, the way into the module and out takes longer than printing them. */
const numbersMin = 12;

/** Whether the numbers of a tensor are printed by the module rather than one by one. */
export function isWritable(tensor: Tensor): tensor is Tensor & { readonly datatype: WritableType } {
  return isWritableType(tensor.datatype) && tensor.data.byteLength >= numbersMin * elementBytes[tensor.datatype];
}

function isWritableType(datatype: Datatype): datatype is WritableType {
  return datatype !== 'FP64' && Object.hasOwn(numberTypes, datatype);
}

/**
 * The elements of a tensor as the inside of a JSON array, in pieces: integers as they are, FP32 in the fewest digits that read
 * back equal (float32-json.ts).
 * @param take is given each piece, in memory that the next one overwrites.
 */
export function writeNumbers(
  { datatype, data }: Tensor & { readonly datatype: WritableType },
  take: (piece: Buffer) => void,
): void {
  const wasm = numbersModule();
  const bytesPerElement = elementBytes[datatype];
  const pieceBytes = wasm.writableMax * bytesPerElement;
  for (let from = 0; from < data.byteLength; from += pieceBytes) {
    const piece = data.subarray(from, from + pieceBytes);
    wasm.numbers.set(piece);
    const length = wasm.write(numberTypes[datatype], piece.byteLength / bytesPerElement);
    const isLast = from + pieceBytes >= data.byteLength;
    // The last number has a comma behind it, too.
    take(wasm.text.subarray(0, isLast ? length - 1 : length));
  }
}
