/**
 * 52-bit hash of a string, as a number in (0, 1): two 32-bit FNV-1a-style lanes with a final avalanche (murmur3's
 * constants). Spread matters here, not secrecy: it places a sticky unit among variants.
 */
export function unitHash(text: string): number {
  let high = 0x811c9dc5;
  let low = 0xdeadbeef;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x5bd1e995);
  }
  return unitInterval(avalanche(high ^ (low >>> 15)), low);
}

/**
 * Never 0 and never 1, because the caller takes a logarithm. 52 bits and not 53, so that the half that is added stays
 * exact: with 53 the highest value would round to 1.
 */
function unitInterval(high: number, low: number): number {
  const mixedLow = avalanche(low ^ (high >>> 13));
  const bits = (high >>> 0) * 2 ** 20 + (mixedLow >>> 12);
  return (bits + 0.5) / 2 ** 52;
}

function avalanche(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
