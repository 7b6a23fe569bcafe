// Number arrays between JSON text and the bytes of tensors, in AssemblyScript. `make wasm` compiles it into
// `src/json/numbers-wasm.ts`; `src/json/numbers-module.ts` is its only caller.
import { beginFindingEnd, findEnd } from './find-end.ts';
import {
  digitPairsAt,
  doublePowersAt,
  fivesAt,
  numbersAt,
  stateAt,
  textAt,
  textBytesMax,
  wholePowersAt,
} from './memory.ts';
import { begin, read } from './read-array.ts';
import { writableMax, write } from './write-array.ts';

export {
  begin,
  beginFindingEnd,
  digitPairsAt,
  doublePowersAt,
  findEnd,
  fivesAt,
  numbersAt,
  read,
  stateAt,
  textAt,
  textBytesMax,
  wholePowersAt,
  writableMax,
  write,
};
