import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** Every field of a message: its number, and what is in it. */
function read(bytes: Uint8Array): (readonly [number, string | number[]])[] {
  const reader = new WireReader(bytes);
  const fields: (readonly [number, string | number[]])[] = [];
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) fields.push([1, reader.text('a text')]);
    else if (field === 2) fields.push([2, Buffer.from(reader.byteString()).toString('latin1')]);
    else {
      const numbers: number[] = [];
      for (const packed = reader.message('numbers'); !packed.done;) numbers.push(packed.integer());
      fields.push([3, numbers]);
    }
  }
  return fields;
}

test('small messages are whole wherever they begin in memory that has to grow', () => {
  for (let before = 1; before < 1_200; before += 1) {
    const bytes = new WireWriter()
      .bytes(2, Buffer.alloc(before, 'b'))
      .message(4, (inner) => inner.text(1, 'iris'))
      .packed(3, [1, 300])
      .finish();
    const reader = new WireReader(bytes);
    expect(reader.nextField()).toBe(2);
    expect(reader.byteString().byteLength).toBe(before);
    expect(reader.nextField()).toBe(4);
    const inner = reader.message('inner');
    expect([inner.nextField(), inner.text('a text'), inner.nextField()]).toEqual([1, 'iris', 0]);
    expect(reader.nextField()).toBe(3);
    const packed = reader.message('numbers');
    expect([packed.integer(), packed.integer(), packed.done, reader.done]).toEqual([1, 300, true, true]);
  }
});

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
const numbers = fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: 60 });
const field = fc.oneof(
  fc.tuple(fc.constant(1 as const), text),
  fc.tuple(fc.constant(2 as const), fc.string({ unit: 'binary-ascii', maxLength: 700 })),
  fc.tuple(fc.constant(3 as const), numbers),
);

test('what is written is read, inside of messages too', () => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 12 }), (fields) => {
      const write = (writer: WireWriter): WireWriter => {
        for (const each of fields) {
          if (each[0] === 1) writer.text(1, each[1]);
          else if (each[0] === 2) writer.bytes(2, Buffer.from(each[1], 'latin1'));
          else writer.packed(3, each[1]);
        }
        return writer;
      };
      expect(read(write(new WireWriter()).finish())).toEqual(fields);
      const outer = new WireReader(new WireWriter().message(5, write).finish());
      expect(outer.nextField()).toBe(5);
      expect(read(outer.byteString())).toEqual(fields);
      expect(outer.done).toBe(true);
    }),
  );
});
