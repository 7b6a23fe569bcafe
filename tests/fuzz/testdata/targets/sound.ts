import type { FuzzTarget } from '../../engine/target.ts';
import { readSoundly } from '../readers/read-badly.ts';

export const target: FuzzTarget = {
  about: 'for the tests of the fuzzer: a reader in which nothing is wrong',
  form: 'json',
  seeds: () => ['{"a":1}'],
  run: (input) => readSoundly(input),
};
