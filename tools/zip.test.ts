import { crc32, deflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { moduleHash } from './go-toolchain.ts';
import { entriesOfZip } from './zip.ts';

/** As PKWARE APPNOTE 4.3 lays it out. */
function zip(files: Readonly<Record<string, string>>, announcedSize?: number): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of Object.entries(files)) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(text);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(text), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(announcedSize ?? Buffer.byteLength(text), 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, name, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), fields, rest, name]));
    locals.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, ...directory, Buffer.from('PK\x05\x06'), end]);
}

it('reads every file of an archive', () => {
  const entries = entriesOfZip(zip({ 'a/one.txt': 'first', 'a/': '', 'two.txt': 'x'.repeat(10_000) }));
  expect(entries.map(({ path, size }) => [path, size])).toEqual([
    ['a/one.txt', 5],
    ['two.txt', 10_000],
  ]);
  expect(entries.map((entry) => entry.read().toString())).toEqual(['first', 'x'.repeat(10_000)]);
});

it('refuses what is no archive, one that was cut, and a file of another length than announced', () => {
  expect(() => entriesOfZip(Buffer.from('not a zip'))).toThrow(/not a whole zip archive/);
  expect(() => entriesOfZip(zip({ a: 'text' }).subarray(0, -10))).toThrow(/not a whole zip archive/);
  expect(() => entriesOfZip(zip({ a: 'text' }, 9))[0]?.read()).toThrow(/4 bytes in the archive, expected 9/);
  // Never more than was announced: a small file can unpack to gigabytes.
  expect(() => entriesOfZip(zip({ a: 'x'.repeat(1000) }, 9))[0]?.read()).toThrow(RangeError);
});

it('computes the hash of a module as Go does', () => {
  // Computed by hand from the rule of `dirhash.Hash1` of golang.org/x/mod.
  const entries = entriesOfZip(zip({ 'm@v1/b': 'b\n', 'm@v1/a': 'a\n' }));
  expect(moduleHash(entries)).toBe('h1:MWSSXcbrBPE25cl41I8+R7Y9hAxuY9Be76nDJvg0pks=');
});
