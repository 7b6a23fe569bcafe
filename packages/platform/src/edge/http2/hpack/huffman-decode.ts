import { codeLengths, codes, endOfString } from './huffman-code.ts';
import { Http2CompressionError } from './compression-error.ts';

// The code as a machine that takes four bits at a time. No code is shorter than five bits, so that a step completes at
// most one symbol. A state is an inner node of the code's tree; 257 leaves have 256 of them.
const states = 256;

// A step: the symbol that it completes in bits 0 to 7, the next state in bits 12 to 19, and whether it emits or fails.
const stateShift = 12;
const emitsShift = 20;
const fails = 1 << 21;

/** Bits that may follow the last symbol, all ones: the begin of the end of the string. */
const paddingBitsMax = 7;

const { steps, mayEnd } = buildMachine();

/**
 * Undoes the Huffman code of RFC 7541, section 5.2.
 * @param target takes the bytes; `huffmanBytesMax` of them at most.
 * @returns how many bytes the string has.
 * @throws Http2CompressionError when the padding is longer than seven bits or not all ones, and when the end of the string
 * is spelled out.
 */
export function huffmanDecode(source: Uint8Array, start: number, end: number, target: Uint8Array): number {
  let step = 0;
  let length = 0;
  let seen = 0;
  for (let at = start; at < end; at += 1) {
    const byte = source[at] ?? 0;
    step = steps[placeOf(step, byte >> 4)] ?? fails;
    // What is no symbol is written as well, and over it the next one: that is faster than to ask.
    target[length] = step;
    length += (step >> emitsShift) & 1;
    seen |= step;
    step = steps[placeOf(step, byte & 15)] ?? fails;
    target[length] = step;
    length += (step >> emitsShift) & 1;
    seen |= step;
  }
  if ((seen & fails) !== 0) throw new Http2CompressionError('a Huffman string contains the end of the string');
  if (mayEnd[(step >> stateShift) & 0xff] !== 1) {
    throw new Http2CompressionError('a Huffman string ends with wrong padding');
  }
  return length;
}

function placeOf(step: number, nibble: number): number {
  return ((step >> (stateShift - 4)) & 0xff0) | nibble;
}

/** Bytes that a Huffman string may unpack to: its shortest codes have five bits. */
export function huffmanBytesMax(packedLength: number): number {
  return Math.ceil((packedLength * 8) / 5);
}

interface Machine {
  /** By state and four bits. */
  readonly steps: Uint32Array;
  /** 1 for states in which a string may end. */
  readonly mayEnd: Uint8Array;
}

function buildMachine(): Machine {
  const children = buildTree();
  const steps = new Uint32Array(states * 16);
  for (let state = 0; state < states; state += 1) {
    for (let nibble = 0; nibble < 16; nibble += 1) steps[(state << 4) | nibble] = stepOf(children, state, nibble);
  }
  const mayEnd = new Uint8Array(states);
  let node = 0;
  for (let bits = 0; bits <= paddingBitsMax; bits += 1) {
    mayEnd[node] = 1;
    node = children[2 * node + 1] ?? 0;
  }
  return { steps, mayEnd };
}

function stepOf(children: Int32Array, state: number, nibble: number): number {
  let node = state;
  let emitted = 0;
  for (let bit = 3; bit >= 0; bit -= 1) {
    node = children[2 * node + ((nibble >> bit) & 1)] ?? 0;
    if (node >= 0) continue;
    const symbol = -1 - node;
    if (symbol === endOfString) return fails;
    emitted = (1 << emitsShift) | symbol;
    node = 0;
  }
  return emitted | (node << stateShift);
}

/** @returns two children of each node: another node, or -1 minus a symbol. */
function buildTree(): Int32Array {
  const children = new Int32Array(2 * states);
  let nodes = 1;
  for (const [symbol, code] of codes.entries()) {
    let node = 0;
    for (let bit = (codeLengths[symbol] ?? 0) - 1; bit > 0; bit -= 1) {
      const place = 2 * node + ((code >>> bit) & 1);
      // Node 0 is the root, and nobody's child: 0 says that there is none yet.
      if (children[place] === 0) {
        children[place] = nodes;
        nodes += 1;
      }
      node = children[place] ?? 0;
    }
    children[2 * node + (code & 1)] = -1 - symbol;
  }
  return children;
}
