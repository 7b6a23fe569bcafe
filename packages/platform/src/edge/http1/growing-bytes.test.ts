import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GrowingBytes } from './growing-bytes.ts';

test('holds what was put in, whether or not its size was announced', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 70_000 }), { maxLength: 20 }),
      fc.boolean(),
      (pieces, isAnnounced) => {
        const whole = Buffer.concat(pieces);
        const bytes = new GrowingBytes(isAnnounced ? whole.length : null, 2_000_000);
        for (const piece of pieces) bytes.append(piece);
        expect(Buffer.compare(bytes.whole(), whole)).toBe(0);
      },
    ),
    { numRuns: 50 },
  );
});

test('bytes that were written where there was room are in their place, and others are copied there', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 70_000 }), fc.boolean()), { maxLength: 20 }),
      fc.boolean(),
      (pieces, isAnnounced) => {
        const whole = Buffer.concat(pieces.map(([piece]) => piece));
        const bytes = new GrowingBytes(isAnnounced ? whole.length : null, 2_000_000);
        for (const [piece, isDirect] of pieces) {
          const room = isDirect ? bytes.room(piece.length) : null;
          const direct = Math.min(room?.length ?? 0, piece.length);
          room?.set(piece.subarray(0, direct));
          if (room !== null) bytes.append(room.subarray(0, direct));
          bytes.append(piece.subarray(direct));
        }
        expect(Buffer.compare(bytes.whole(), whole)).toBe(0);
      },
    ),
    { numRuns: 50 },
  );
});

test('takes no memory for what was only announced', () => {
  const bytes = new GrowingBytes(2 ** 30, 2 ** 30);
  bytes.append(new Uint8Array(1_000));
  expect(bytes.whole().buffer.byteLength).toBe(1_048_576);
  bytes.append(new Uint8Array(1_048_576));
  expect(bytes.whole().buffer.byteLength).toBe(4 * 1_048_576);
});
