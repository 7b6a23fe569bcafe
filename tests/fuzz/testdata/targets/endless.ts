import type { FuzzTarget } from '../../engine/target.ts';
import { readEndlessly } from '../readers/read-badly.ts';

export const target: FuzzTarget = {
  about: 'for the tests of the fuzzer: a reader that never comes back from an input with a star',
  form: 'bytes',
  seeds: () => ['abc'],
  words: ['*'],
  run: (input) => readEndlessly(input),
};
