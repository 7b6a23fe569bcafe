// Number arrays between JSON text and the bytes of tensors, in AssemblyScript. `make wasm` compiles this folder into
// `src/json/numbers-wasm.ts`; `src/json/numbers-module.ts` is its only caller.
//
// Where everything lies in the module's memory, which never grows: 4 pages of 64 KiB. `src/json/numbers-module.ts` fills the
// tables, copies text and numbers in and out, and gets the addresses from here. The first KiB
// stays empty: the compiler takes for granted that no address is computed there.

/** What one call tells beside its result; five int32. */
export const stateAt: usize = 0x400;

/** Powers of ten from 10^-64 to 10^64, each the double next to it. */
export const doublePowersAt: usize = 0x500;
export const doublePowerMin: i32 = -64;

/** Powers of ten from 10^0 to 10^19, as u64. */
export const wholePowersAt: usize = 0xa00;

/** The texts 00 to 99. */
export const digitPairsAt: usize = 0xb00;

/** 128 bits of each power of five from 5^-342 to 5^308, high half first (decimal-to-double.ts). */
export const fivesAt: usize = 0xc00;

/** Text, read or written. A few bytes behind its end may be written, so that words can be read and stored whole. */
export const textAt: usize = 0x4000;
export const textBytesMax: i32 = 0xbf00;

/** Numbers, read or written, little-endian and without gaps. A number takes two bytes of text at least. */
export const numbersAt: usize = 0x10000;
export const numbersBytesMax: i32 = 0x30000;
