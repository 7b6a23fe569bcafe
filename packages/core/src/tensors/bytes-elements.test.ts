import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesElements, countBytesElements, encodeBytesElements } from './bytes-elements.ts';

const elements = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });

describe('BYTES elements', () => {
  test('come back as they were laid out, also from the middle of a larger buffer', () => {
    fc.assert(
      fc.property(elements, fc.nat({ max: 9 }), (list, before) => {
        const whole = new Uint8Array(before + encodeBytesElements(list).byteLength + 3).fill(255);
        const data = whole.subarray(before, whole.byteLength - 3);
        data.set(encodeBytesElements(list));
        expect([...bytesElements(data, 'x')]).toEqual(list);
        expect(countBytesElements(data, 'x')).toBe(list.length);
      }),
    );
  });

  test('a length is four bytes, little-endian', () => {
    expect([...encodeBytesElements([Uint8Array.of(7), new Uint8Array(258)]).subarray(0, 9)]).toEqual([
      1, 0, 0, 0, 7, 2, 1, 0, 0,
    ]);
  });

  test('data that was cut inside an element is refused, naming the input', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 5 }),
        (list, cut) => {
          const whole = encodeBytesElements(list);
          const data = whole.subarray(0, whole.byteLength - cut);
          for (const read of [() => countBytesElements(data, 'words'), () => [...bytesElements(data, 'words')]]) {
            if (isWhole(data)) read();
            else expect(read).toThrow("incomplete string data for input 'words'");
          }
        },
      ),
    );
  });

  test('a length of 4 GiB in five bytes is refused at once', () => {
    const data = Uint8Array.of(255, 255, 255, 255, 1);
    expect(() => countBytesElements(data, 'x')).toThrow('points past the end of the data');
    expect(() => [...bytesElements(data, 'x')]).toThrow('points past the end of the data');
  });
});

/** Whether the data ends where an element ends, told by a second reading of the format. */
function isWhole(data: Uint8Array): boolean {
  let rest = data;
  while (rest.byteLength >= 4) {
    const [a = 0, b = 0, c = 0, d = 0] = rest;
    const next = 4 + a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24;
    if (next > rest.byteLength) return false;
    rest = rest.subarray(next);
  }
  return rest.byteLength === 0;
}
