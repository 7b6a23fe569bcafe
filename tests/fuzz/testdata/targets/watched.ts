import type { FuzzTarget } from '../../engine/target.ts';
import { readUnderWatch } from '../readers/read-badly.ts';

export const target: FuzzTarget = {
  about: 'for the tests of the fuzzer: a reader that is slow with the instruments alone',
  form: 'bytes',
  seeds: () => ['abc'],
  run: (input) => readUnderWatch(input),
};
