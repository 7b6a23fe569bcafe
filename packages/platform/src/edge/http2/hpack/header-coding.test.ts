import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Headers } from '../../edge.ts';
import { Http2CompressionError } from './compression-error.ts';
import { encodeHeaders, tableSizeNothing } from './encode-headers.ts';
import { HeaderDecoder } from './header-decoder.ts';
import { codeLengths } from './huffman-code.ts';
import { staticTable } from './static-table.ts';

const latin1 = fc
  .array(fc.integer({ min: 0, max: 255 }), { maxLength: 200 })
  .map((units) => String.fromCharCode(...units));
const field = fc.oneof(
  fc.tuple(latin1, latin1),
  fc.constantFrom(...staticTable),
  fc.tuple(fc.constant('cookie'), latin1),
);

const decoderOf = (headerBytesMax = 1_000_000): HeaderDecoder => new HeaderDecoder(4_096, headerBytesMax);
const blockOf = (...parts: (string | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));

describe('what is written can be read', () => {
  test('whatever the fields are', () => {
    fc.assert(
      fc.property(fc.array(fc.array(field)), (lists) => {
        const decoder = decoderOf();
        for (const headers of lists) expect(decoder.decode(encodeHeaders(headers))).toEqual(headers);
      }),
    );
  });

  test('by a receiver that wants no table, once it is told that there is none', () => {
    const decoder = decoderOf();
    decoder.limitTable(0);
    const headers: Headers = [['x-request-id', 'abc']];
    const block = encodeHeaders(headers);
    expect(decoder.decode(blockOf([tableSizeNothing], [...block]))).toEqual(headers);
    expect(decoder.decode(block)).toEqual(headers);
  });

  test('also a string larger than the scratch', () => {
    const headers: Headers = [['x-long', '0'.repeat(100_000)]];
    expect(decoderOf().decode(encodeHeaders(headers))).toEqual(headers);
  });

  test('a character that no header has is refused, not replaced', () => {
    for (const text of ['Ā', '€', '😀']) {
      expect(() => encodeHeaders([['x', text]])).toThrow(TypeError);
    }
  });
});

test('the Huffman code is complete: every string of bits means something', () => {
  expect(codeLengths).toHaveLength(257);
  expect(codeLengths.reduce((sum, length) => sum + 2 ** -length, 0)).toBe(1);
});

describe('a list that is too large', () => {
  test('leaves the table as it should be', () => {
    const decoder = decoderOf(100);
    const long = 'v'.repeat(60);
    const added = [0x40, 1, 0x61, 60];
    expect(decoder.decode(blockOf(added, long, [0x40, 1, 0x62, 1, 0x32]))).toBeNull();
    expect(decoder.decode(blockOf([0xbe]))).toEqual([['b', '2']]);
    expect(decoder.decode(blockOf([0xbf]))).toEqual([['a', long]]);
  });

  test('is one whose fields are counted with 32 bytes more', () => {
    const fields = (count: number) => blockOf(Array.from({ length: count }, () => 0x82));
    expect(decoderOf(42 * 10).decode(fields(10))).toHaveLength(10);
    expect(decoderOf(42 * 10).decode(fields(11))).toBeNull();
  });

  test('costs its bytes and no more, however much they stand for', () => {
    const decoder = decoderOf(8_192);
    const large = 4_000;
    // 4 KB that stand for 16 MB.
    const bomb = blockOf([0x40, 1, 0x61, 0x7f, ((large - 127) & 127) | 128, (large - 127) >> 7], 'x'.repeat(large));
    expect(decoder.decode(bomb)).toHaveLength(1);
    const startedAtMs = performance.now();
    for (let round = 0; round < 100; round += 1) {
      expect(decoder.decode(Buffer.alloc(4_096, 0xbe))).toBeNull();
    }
    const tookMs = performance.now() - startedAtMs;
    process.stdout.write(`100 bombs: ${tookMs.toFixed(1)} ms\n`);
    expect(tookMs).toBeLessThan(2_000);
  });
});

describe('the dynamic table', () => {
  const entry = (name: string) => [0x40, 1, name.charCodeAt(0), 0];

  test('holds as many bytes as were agreed on, and the oldest leave first', () => {
    const decoder = new HeaderDecoder(33 * 40, 10_000);
    for (let round = 0; round < 5; round += 1) {
      const names = Array.from({ length: 41 }, (_, index) => String.fromCharCode(65 + index));
      expect(decoder.decode(blockOf(...names.map(entry)))).toHaveLength(41);
      const all = decoder.decode(blockOf(Array.from({ length: 40 }, (_, index) => 0xbe + index)));
      expect(all?.map(([name]) => name)).toEqual(names.slice(1).toReversed());
      expect(() => new HeaderDecoder(0, 1_000).decode(blockOf([0xbe]))).toThrow(Http2CompressionError);
    }
  });

  test('is emptied by an entry larger than it is', () => {
    const decoder = new HeaderDecoder(40, 10_000);
    decoder.decode(blockOf(entry('a')));
    expect(decoder.decode(blockOf([0x40, 9], 'n'.repeat(9), [0]))).toEqual([['nnnnnnnnn', '']]);
    expect(() => decoder.decode(blockOf([0xbe]))).toThrow('the entry 62');
  });

  test('a name may come from the entry that makes room for the new one', () => {
    const decoder = new HeaderDecoder(36, 10_000);
    decoder.decode(blockOf(entry('a')));
    expect(decoder.decode(blockOf([0x7e, 2], 'vv'))).toEqual([['a', 'vv']]);
    expect(decoder.decode(blockOf([0xbe]))).toEqual([['a', 'vv']]);
  });

  test('shrinks and grows where a block begins', () => {
    const decoder = decoderOf();
    decoder.decode(blockOf(entry('a'), entry('b')));
    expect(decoder.decode(blockOf([0x20 + 0x1f, 2], [0xbe]))).toEqual([['b', '']]);
    expect(() => decoder.decode(blockOf([0xbf]))).toThrow('the entry 63');
    const again = decoderOf();
    again.decode(blockOf(entry('a')));
    expect(again.decode(blockOf([0x20, 0x3f, 0xe1, 0x1f]))).toEqual([]);
    expect(() => again.decode(blockOf([0xbe]))).toThrow('the entry 62');
  });

  test('that is to be smaller must be said to be', () => {
    const decoder = decoderOf();
    decoder.limitTable(100);
    expect(() => decoder.decode(blockOf([0x82]))).toThrow('does not begin with the size');
    const obedient = decoderOf();
    obedient.limitTable(100);
    expect(obedient.decode(blockOf([0x20, 0x3f, 69, 0x82]))).toEqual([[':method', 'GET']]);
    expect(() => obedient.decode(blockOf([0x3f, 70]))).toThrow('101 bytes is larger than the 100');
  });
});

describe('the same bytes', () => {
  test('give the same list, as long as they mean the same', () => {
    const decoder = decoderOf();
    const block = blockOf([0x82, 0xbe]);
    decoder.decode(blockOf([0x40, 1, 0x61, 0]));
    const first = decoder.decode(block);
    expect(first).toEqual([
      [':method', 'GET'],
      ['a', ''],
    ]);
    expect(decoder.decode(block)).toBe(first);
    decoder.decode(blockOf([0x40, 1, 0x62, 0]));
    expect(decoder.decode(block)).toEqual([
      [':method', 'GET'],
      ['b', ''],
    ]);
    expect(decoder.decode(blockOf([0x20]))).toEqual([]);
    expect(() => decoder.decode(block)).toThrow('the entry 62');
  });

  test('are not taken for known ones that need what is owed', () => {
    const decoder = decoderOf();
    decoder.decode(blockOf([0x82]));
    decoder.limitTable(0);
    expect(() => decoder.decode(blockOf([0x82]))).toThrow('does not begin with the size');
  });

  test('whatever they are, mean what they mean to a reader that remembers nothing', () => {
    const part = fc.constantFrom(
      [0x82],
      [0xbe],
      [0xbf],
      [0xc0],
      [0x40, 1, 0x61, 1, 0x62],
      [0x40, 1, 0x63, 0],
      [0, 1, 0x64, 0],
    );
    const blocks = fc.array(
      fc.array(part, { maxLength: 3 }).map((parts) => blockOf(...parts)),
      { maxLength: 40 },
    );
    const filler = blockOf(...Array.from({ length: 60 }, () => [0x82, 0x82, 0x82, 0x82, 0x82, 0x82, 0x82, 0x82, 0x82]));
    const outcome = (read: () => Headers | null) => {
      try {
        return read();
      } catch (error) {
        return String(error);
      }
    };
    fc.assert(
      fc.property(blocks, (list) => {
        const decoder = decoderOf();
        const forgetful = decoderOf();
        for (const block of list) {
          const seen = outcome(() => decoder.decode(block));
          const plain = outcome(() => forgetful.decode(Buffer.concat([block, filler])));
          expect(seen).toEqual(typeof plain === 'string' ? plain : plain?.slice(0, -540));
          if (typeof seen === 'string') return;
        }
      }),
    );
  });
});

describe('a broken block is refused', () => {
  test.each([
    ['index 0', [0x80]],
    ['an index behind both tables', [0xbe]],
    ['a name behind both tables', [0x7e, 0]],
    ['an index of 35 bits', [0xff, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ['an index with zeros without end', [0xff, ...Array.from({ length: 100 }, () => 0x80)]],
    ['an integer that does not end', [0xff, 0x80]],
    ['a literal without its name', [0x40]],
    ['a literal without its value', [0x41]],
    ['a string longer than the block', [0x41, 5, 0x61]],
    ['a string of 256 MB', [0x41, 0x7f, 0xff, 0xff, 0xff, 0x7f]],
    ['a table larger than agreed on', [0x3f, 0xe2, 0x1f]],
    ['a change of the table between fields', [0x82, 0x20]],
    ['Huffman padding of eight bits', [0x41, 0x82, 0x1f, 0xff]],
    ['Huffman padding with zeros', [0x41, 0x81, 0x18]],
    ['Huffman padding alone, of a byte', [0x41, 0x81, 0xff]],
    ['the end of the string, spelled out', [0x41, 0x84, 0xff, 0xff, 0xff, 0xfc]],
    ['the end of the string between letters', [0x41, 0x86, 0x1f, 0xff, 0xff, 0xff, 0xf0, 0xff]],
  ])('%s', (_what, block) => {
    expect(() => decoderOf().decode(Buffer.from(block))).toThrow(Http2CompressionError);
  });

  test('or read; whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (blocks) => {
        const decoder = decoderOf(10_000);
        try {
          for (const block of blocks) decoder.decode(block);
        } catch (error) {
          expect(error).toBeInstanceOf(Http2CompressionError);
        }
      }),
    );
  });
});
