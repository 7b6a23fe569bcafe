import type { FuzzTarget } from '../../engine/target.ts';
import { readGreedily } from '../readers/read-badly.ts';

export const target: FuzzTarget = {
  about: 'for the tests of the fuzzer: a reader that takes a quarter of a gibibyte for an input with a plus',
  form: 'bytes',
  seeds: () => ['abc'],
  words: ['+'],
  run: (input) => readGreedily(input),
};
