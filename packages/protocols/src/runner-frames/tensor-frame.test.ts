import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datatypes, elementBytes } from '@cluster-ai/core/tensors/datatype.ts';
import { frameBytesMax, frameKinds, frameLengthAt, frameView, readFrameHeader, type FrameHeader } from './frame.ts';
import { decodeTensorFrame, encodeTensorFrame, type PlacedTensor, type TensorFrame } from './tensor-frame.ts';

const headers: fc.Arbitrary<FrameHeader> = fc.record({
  kind: fc.constantFrom(frameKinds.EXECUTE, frameKinds.RESULT),
  requestId: fc.integer({ min: 0, max: 0xffff_ffff }),
  modelKey: fc.integer({ min: 0, max: 0xffff_ffff }),
  timeMs: fc.double({ noNaN: true }),
});

// Sizes on both sides of the limit from which a part is not copied.
const parts = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.integer({ min: 16_380, max: 16_390 }).map((bytes) => new Uint8Array(bytes).fill(7)),
  ),
  { maxLength: 4 },
);

const tensors: fc.Arbitrary<PlacedTensor> = fc
  .record({
    place: fc.integer({ min: 0, max: 65_535 }),
    datatype: fc.constantFrom(...datatypes),
    axes: fc.nat({ max: 4 }),
    parts,
    anyShape: fc.array(fc.maxSafeNat(), { maxLength: 5 }),
  })
  .map(({ place, datatype, axes, parts: pieces, anyShape }) => {
    const width = elementBytes[datatype];
    // The bytes of strings do not tell how many there are.
    if (width === 0) return { place, datatype, shape: anyShape, parts: pieces };
    const whole = pieces.map((piece) => piece.subarray(0, piece.byteLength - (piece.byteLength % width)));
    const count = whole.reduce((sum, piece) => sum + piece.byteLength, 0) / width;
    return { place, datatype, shape: [...Array.from({ length: axes }, () => 1), count], parts: whole };
  });

const frames: fc.Arbitrary<TensorFrame> = fc.record({
  tensors: fc.array(tensors, { maxLength: 4 }),
  outputPlaces: fc.array(fc.integer({ min: 0, max: 65_535 }), { maxLength: 5 }),
});

function joined(segments: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(segments));
}

function encoded(header: FrameHeader, body: TensorFrame): Uint8Array[] {
  const segments = encodeTensorFrame(header, body);
  if (segments === null) throw new Error('the frame is too long');
  return segments;
}

describe('tensor frames', () => {
  it('arrive as they were sent, with every tensor 8-byte aligned', () => {
    fc.assert(
      fc.property(headers, frames, (header, body) => {
        const frame = joined(encoded(header, body));
        expect(frameLengthAt(frameView(frame), 0)).toBe(frame.byteLength);
        expect(readFrameHeader(frame)).toEqual(header);
        const decoded = decodeTensorFrame(frame);
        expect(decoded.outputPlaces).toEqual(body.outputPlaces);
        expect(decoded.tensors).toEqual(body.tensors.map((tensor) => ({ ...tensor, parts: [joined(tensor.parts)] })));
        for (const { parts } of decoded.tensors) expect((parts[0]?.byteOffset ?? 0) % 8).toBe(0);
      }),
    );
  });

  it('refuse a frame that was cut, wherever it was cut', () => {
    fc.assert(
      fc.property(headers, frames, fc.nat(), (header, body, position) => {
        const frame = joined(encoded(header, body));
        const cut = frame.subarray(0, position % frame.byteLength);
        expect(() => [readFrameHeader(cut), decodeTensorFrame(cut)]).toThrow('malformed runner frame');
      }),
    );
  });

  it('never read past the frame, whatever its bytes say', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (frame) => {
        try {
          for (const { parts } of decodeTensorFrame(frame).tensors) {
            expect(parts[0]?.byteLength).toBeLessThanOrEqual(frame.byteLength);
          }
        } catch (error) {
          expect(String(error)).toContain('malformed runner frame');
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['more bytes than its shape needs', [2], 12],
    ['fewer bytes than its shape needs', [2, 2], 8],
    ['a shape of more bytes than there are in the world', [2 ** 40, 2 ** 40, 2 ** 40], 8],
    ['a part of an element', [1], 6],
  ] as const)('refuse a tensor with %s', (_what, shape, bytes) => {
    const header = { kind: frameKinds.RESULT, requestId: 1, modelKey: 1, timeMs: 0 };
    const tensor = { place: 0, datatype: 'FP32', shape, parts: [new Uint8Array(bytes)] } as const;
    const frame = joined(encoded(header, { tensors: [tensor], outputPlaces: [] }));
    expect(() => decodeTensorFrame(frame)).toThrow(
      `malformed runner frame: a tensor FP32 [${shape.join(',')}] has ${bytes} bytes`,
    );
  });

  it('hand large parts over without a copy', () => {
    const large = new Uint8Array(20_000);
    const header = { kind: frameKinds.EXECUTE, requestId: 1, modelKey: 1, timeMs: 0 };
    const segments = encoded(header, {
      tensors: [{ place: 0, datatype: 'UINT8', shape: [2, 20_000], parts: [large, large] }],
      outputPlaces: [],
    });
    expect(segments.map((segment) => segment.byteLength)).toEqual([24 + 8 + 8 + 16, 20_000, 20_000]);
    expect(segments[1]).toBe(large);
  });

  it('refuse to become longer than the limit', () => {
    const half = new Uint8Array(frameBytesMax / 2);
    const header = { kind: frameKinds.EXECUTE, requestId: 1, modelKey: 1, timeMs: 0 };
    const tensor = { place: 0, datatype: 'UINT8', shape: [frameBytesMax], parts: [half, half] } as const;
    expect(encodeTensorFrame(header, { tensors: [tensor], outputPlaces: [] })).toBeNull();
  });

  it('have this form on the wire', () => {
    const body: TensorFrame = {
      tensors: [
        {
          place: 1,
          datatype: 'FP32',
          shape: [1, 3],
          parts: [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6, 7, 8, 9, 10, 11, 12)],
        },
      ],
      outputPlaces: [2],
    };
    const frame = joined(encoded({ kind: frameKinds.EXECUTE, requestId: 7, modelKey: 9, timeMs: 1.5 }, body));
    expect(Buffer.from(frame).toString('hex').match(/.{16}/g)).toEqual([
      '5000000012000000', // 80 bytes, EXECUTE
      '0700000009000000', // request 7, model 9
      '000000000000f83f', // 1.5 ms
      '0100010000000000', // one tensor, one wanted output
      '01000a020c000000', // place 1, FP32, rank 2, 12 bytes
      '000000000000f03f', // 1
      '0000000000000840', // 3
      '0200000000000000', // output 2
      '0102030405060708',
      '090a0b0c00000000',
    ]);
  });
});
