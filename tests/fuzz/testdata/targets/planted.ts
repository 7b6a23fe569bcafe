import type { FuzzTarget } from '../../engine/target.ts';
import { readParcel } from '../readers/read-parcel.ts';

/** A reader with a bug behind several comparisons, each within the other. */
export const target: FuzzTarget = {
  about: 'for the tests of the fuzzer: finds its way to what is wrong by guidance alone',
  form: 'bytes',
  seeds: () => ['hello'],
  run: (input) => void readParcel(input),
};
