import { numbersWasm } from './numbers-wasm.ts';
import { powersOfFive } from './powers-of-five.ts';

// Node has WebAssembly, its types do not: what is used of it.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

interface Place {
  readonly value: number;
}

/** What is used of the exports of wasm/json-numbers; tools/build-wasm.ts says which files have them. */
interface NumbersExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly digitPairsAt: Place;
  readonly doublePowersAt: Place;
  readonly fivesAt: Place;
  readonly numbersAt: Place;
  readonly stateAt: Place;
  readonly textAt: Place;
  readonly textBytesMax: Place;
  readonly wholePowersAt: Place;
  readonly writableMax: Place;
  begin(): void;
  read(datatype: number, textBytes: number): number;
  beginFindingEnd(): void;
  findEnd(textBytes: number): number;
  write(datatype: number, count: number): number;
}

/** The module with views of its memory, which is 256 KiB for good: longer arrays go through it in pieces. */
export interface NumbersModule extends Pick<
  NumbersExports,
  'begin' | 'read' | 'beginFindingEnd' | 'findEnd' | 'write'
> {
  /** One piece of text, at most. */
  readonly text: Buffer;
  /** The numbers of one piece, at most. */
  readonly numbers: Uint8Array;
  /** Bytes taken, bytes of the values, levels, lists, and whether something was special, of the last `read`. */
  readonly state: Int32Array;
  /** Numbers in one call of `write`. */
  readonly writableMax: number;
}

/** The datatypes by the numbers that wasm/json-numbers/datatypes.ts has for them. */
export const numberTypes = {
  BOOL: 0,
  UINT8: 1,
  INT8: 2,
  UINT16: 3,
  INT16: 4,
  UINT32: 5,
  INT32: 6,
  UINT64: 7,
  INT64: 8,
  FP32: 9,
  FP64: 10,
} as const;

/** What `read` ends with. */
export const readEnds = { gaveUp: 0, wantsMore: 1, ended: 2 } as const;

let started: NumbersModule | undefined;

/** The one instance of a thread, started when it is first asked for: in about 3 ms. */
export function numbersModule(): NumbersModule {
  started ??= start();
  return started;
}

function start(): NumbersModule {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(numbersWasm, 'base64')));
  // The compiled form of exactly these functions: `numbers-wasm.test.ts` compiles it again.
  const parts = instance.exports as NumbersExports;
  const { buffer } = parts.memory;
  new Float64Array(buffer, parts.doublePowersAt.value).set(
    Array.from({ length: 129 }, (_, index) => Number(`1e${index - 64}`)),
  );
  new BigUint64Array(buffer, parts.wholePowersAt.value).set(
    Array.from({ length: 20 }, (_, exponent) => 10n ** BigInt(exponent)),
  );
  Buffer.from(buffer, parts.digitPairsAt.value).write(
    Array.from({ length: 100 }, (_, pair) => String(pair).padStart(2, '0')).join(''),
  );
  new BigUint64Array(buffer, parts.fivesAt.value).set(powersOfFive());
  return {
    ...parts,
    text: Buffer.from(buffer, parts.textAt.value, parts.textBytesMax.value),
    numbers: new Uint8Array(buffer, parts.numbersAt.value),
    state: new Int32Array(buffer, parts.stateAt.value, 5),
    writableMax: parts.writableMax.value,
  };
}
