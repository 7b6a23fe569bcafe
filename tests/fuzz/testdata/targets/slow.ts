import type { FuzzTarget } from '../../engine/target.ts';
import { readSlowly } from '../readers/read-badly.ts';

export const target: FuzzTarget = {
  about: 'for the tests of the fuzzer: a reader whose time grows with the square of the input',
  form: 'bytes',
  seeds: () => ['abc'],
  run: (input) => readSlowly(input),
};
