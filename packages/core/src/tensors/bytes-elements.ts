import { ClusterError } from '../errors.ts';

/** Bytes of the length that stands before each BYTES element (uint32, little-endian). */
export const lengthPrefixBytes = 4;

/**
 * Walks the elements of a BYTES tensor.
 * @throws ClusterError INVALID_ARGUMENT when a length points past the end.
 */
export function* bytesElements(data: Uint8Array, tensorName: string): Generator<Uint8Array> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let offset = 0;
  while (offset < data.byteLength) {
    offset = elementEnd(view, offset, tensorName);
    const length = view.getUint32(offset - lengthPrefixBytes, true);
    const end = offset + length;
    if (end > data.byteLength) throw truncated(tensorName);
    yield data.subarray(offset, end);
    offset = end;
  }
}

function elementEnd(view: DataView, offset: number, tensorName: string): number {
  const start = offset + lengthPrefixBytes;
  if (start > view.byteLength) throw truncated(tensorName);
  return start;
}

function truncated(tensorName: string): ClusterError {
  return new ClusterError(
    'INVALID_ARGUMENT',
    `incomplete string data for input '${tensorName}': an element's 4-byte little-endian length points past the end of the data`,
  );
}

/** How many elements a BYTES tensor holds; refuses data that ends inside an element. */
export function countBytesElements(data: Uint8Array, tensorName: string): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let offset = 0;
  let count = 0;
  while (offset < data.byteLength) {
    const start = elementEnd(view, offset, tensorName);
    offset = start + view.getUint32(offset, true);
    if (offset > data.byteLength) throw truncated(tensorName);
    count += 1;
  }
  return count;
}

/** Lays byte strings out as one BYTES tensor's data. */
export function encodeBytesElements(elements: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const element of elements) size += lengthPrefixBytes + element.byteLength;
  const data = new Uint8Array(size);
  const view = new DataView(data.buffer);
  let offset = 0;
  for (const element of elements) {
    view.setUint32(offset, element.byteLength, true);
    data.set(element, offset + lengthPrefixBytes);
    offset += lengthPrefixBytes + element.byteLength;
  }
  return data;
}
