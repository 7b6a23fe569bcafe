import type { FuzzTarget } from '../../engine/target.ts';
import { readWithBlame } from '../readers/read-badly.ts';

export const target: FuzzTarget = {
  about: 'for the tests of the fuzzer: a reader that takes the blame for what a client sent',
  form: 'bytes',
  seeds: () => ['abc'],
  run: (input) => readWithBlame(input),
};
