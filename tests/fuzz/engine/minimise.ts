/**
 * Takes away what an input can do without, and makes plain what is left, as long as `isStillWrong` holds.
 * @param triesMax calls of `isStillWrong` at most.
 */
export async function minimise(
  input: Uint8Array,
  isStillWrong: (candidate: Uint8Array) => Promise<boolean>,
  triesMax: number,
): Promise<Uint8Array> {
  let smallest = input;
  let tries = 0;
  const attempt = async (candidate: Uint8Array): Promise<boolean> => {
    tries += 1;
    if (tries > triesMax || !(await isStillWrong(candidate))) return false;
    smallest = candidate;
    return true;
  };
  for (let size = Math.ceil(input.length / 2); size >= 1 && tries < triesMax; size = Math.floor(size / 2)) {
    for (let start = 0; start < smallest.length && tries < triesMax;) {
      if (!(await attempt(without(smallest, start, Math.min(smallest.length, start + size))))) start += size;
    }
  }
  for (let at = 0; at < smallest.length && tries < triesMax; at += 1) {
    if (smallest[at] !== plain) await attempt(smallest.with(at, plain));
  }
  return smallest;
}

/** The digit 0. */
const plain = 0x30;

function without(input: Uint8Array, start: number, end: number): Uint8Array {
  const rest = new Uint8Array(input.length - (end - start));
  rest.set(input.subarray(0, start));
  rest.set(input.subarray(end), start);
  return rest;
}
