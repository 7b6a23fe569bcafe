import { ClusterError } from '@cluster-ai/core/errors.ts';

/** Reads a made-up form: a mark, a length, a sum, a word. What stands behind all of them is wrong. */
export function readParcel(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 16) throw refused('too short');
  const mark = String.fromCharCode(...bytes.subarray(0, 4));
  if (mark !== 'PRCL') throw refused('no mark');
  if (view.getUint32(4, true) !== bytes.length) throw refused('another length');
  const sum = bytes.subarray(12).reduce((total, byte) => total + byte, 0);
  if (view.getUint32(8, false) !== sum) throw refused('another sum');
  const [first = 0, second = 0] = bytes.subarray(12);
  if (first > 0x60 && second === first + 1) throw new TypeError('the bug that was planted');
  return mark;
}

function refused(why: string): ClusterError {
  return new ClusterError('INVALID_ARGUMENT', why);
}
