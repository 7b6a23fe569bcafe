import { setTimeout as sleep } from 'node:timers/promises';
import type { FuzzTarget } from '../../engine/target.ts';

export const target: FuzzTarget = {
  about: 'for the tests of the fuzzer: a reader that does nothing wrong, and so slowly that next to nothing is run',
  form: 'bytes',
  seeds: () => ['abc'],
  run: () => sleep(50),
};
