import type { FuzzTarget } from '../../engine/target.ts';
import { readFatally } from '../readers/read-badly.ts';

export const target: FuzzTarget = {
  about: 'for the tests of the fuzzer: a reader that ends its process with an input with a hash',
  form: 'bytes',
  seeds: () => ['abc'],
  words: ['#'],
  run: (input) => readFatally(input),
};
