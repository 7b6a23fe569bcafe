import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NameMemory } from './name-memory.ts';

test('a name is what its bytes say, whichever names came before in its place', () => {
  const memory = new NameMemory();
  // Few letters, so that many share their length, begin and end, and with them their place.
  const name = fc.string({ unit: fc.constantFrom('a', 'b', 'ß'), maxLength: 5 });
  fc.assert(
    fc.property(fc.array(name, { maxLength: 30 }), fc.nat(3), (names, before) => {
      for (const text of names) {
        const bytes = Buffer.from(`${'x'.repeat(before)}${text}y`);
        const end = bytes.length - 1;
        const found = memory.textOf(bytes, before, end, () => bytes.toString('utf8', before, end));
        expect(found).toBe(text);
      }
    }),
  );
});

test('a name that comes again is not read again, also when its bytes have been overwritten', () => {
  const memory = new NameMemory();
  let reads = 0;
  const read = (bytes: Buffer): string =>
    memory.textOf(bytes, 0, bytes.length, () => {
      reads += 1;
      return bytes.toString();
    });
  const first = Buffer.from('iris');
  expect(read(first)).toBe('iris');
  first.fill(0);
  expect(read(Buffer.from('iris'))).toBe('iris');
  expect(reads).toBe(1);
});

test('what is no name is refused each time', () => {
  const memory = new NameMemory();
  const bytes = Buffer.of(0xff);
  const refuse = (): string => {
    throw new Error('not UTF-8');
  };
  for (let turn = 0; turn < 2; turn += 1) expect(() => memory.textOf(bytes, 0, 1, refuse)).toThrow('not UTF-8');
});
