import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

/** Archives as people send them by mistake, and as attackers do on purpose. None of them is ever unpacked. */
interface ArchiveEntry {
  readonly name: string;
  readonly content: Uint8Array;
  /** What the header says of its size; the truth when it is left out. */
  readonly claimedBytes?: number;
  /** Unix mode and type in the upper half, as zip has it. */
  readonly externalAttributes?: number;
}

const symbolicLink = (0o120777 << 16) >>> 0;
const zeros = (bytes: number): Uint8Array => new Uint8Array(bytes);
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

function zip(entries: readonly ArchiveEntry[]): Uint8Array {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, claimedBytes = content.length, externalAttributes = 0 } of entries) {
    const packed = deflateRawSync(content);
    const fields = Buffer.alloc(22);
    fields.writeUInt16LE(8, 0);
    fields.writeUInt32LE(crc32(content), 6);
    fields.writeUInt32LE(packed.length, 10);
    fields.writeUInt32LE(claimedBytes, 14);
    fields.writeUInt16LE(Buffer.byteLength(name), 18);
    const local = Buffer.concat([Buffer.from('PK\x03\x04\x14\0\0\0', 'latin1'), fields, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(externalAttributes, 6);
    tail.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x03\x14\0\0\0', 'latin1'), fields, tail, Buffer.from(name)]),
    );
    locals.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, listed, end]);
}

/** One tar entry. @param type '0' file, '1' hard link, '2' symbolic link, '3' device. */
function tar(name: string, type: string, content = '', target = '', claimedBytes?: number): Uint8Array {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000644\x000000000\x000000000\0', 100, 'latin1');
  header.write(`${(claimedBytes ?? content.length).toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  header.write('00000000000\0        ', 136, 'latin1');
  header.write(type, 156, 'latin1');
  header.write(target, 157, 100);
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body, Buffer.alloc(1_024)]);
}

function nested(depth: number): Uint8Array {
  return depth === 0
    ? zip([{ name: 'zeros', content: zeros(1_000_000) }])
    : zip([{ name: 'inner.zip', content: nested(depth - 1) }]);
}

const file = (name: string): ArchiveEntry => ({ name, content: text('x') });

export const archives: Readonly<Record<string, () => Uint8Array>> = {
  'zip, a thousand to one': () => zip([{ name: 'model.onnx', content: zeros(16_000_000) }]),
  'zip in zip in zip': () => nested(12),
  'zip of many entries': () => zip(Array.from({ length: 20_000 }, (_, index) => file(`${index}`))),
  'zip that claims 4 GiB': () => zip([{ ...file('model.onnx'), claimedBytes: 0xffff_fffe }]),
  'zip with a link': () =>
    zip([{ name: 'model.onnx', content: text('/etc/passwd'), externalAttributes: symbolicLink }]),
  'zip that climbs out': () => zip([file('../../../../etc/cron.d/x')]),
  'zip with absolute names': () => zip([file('/etc/cron.d/x')]),
  'zip with one name twice': () => zip([file('model.onnx'), file('model.onnx')]),
  'gzip, a thousand to one': () => gzipSync(zeros(16_000_000)),
  'tar that climbs out': () => tar('../../etc/cron.d/x', '0', 'x'),
  'tar with absolute names': () => tar('/etc/cron.d/x', '0', 'x'),
  'tar with a symbolic link': () => tar('model.onnx', '2', '', '/etc/passwd'),
  'tar with a hard link': () => tar('model.onnx', '1', '', '/etc/passwd'),
  'tar with a device': () => tar('model.onnx', '3'),
  'tar that claims 8 GiB': () => tar('model.onnx', '0', '', '', 8 ** 11 - 1),
  'tar with one name twice': () =>
    Buffer.concat([tar('model.onnx', '0', 'a').subarray(0, 1_024), tar('model.onnx', '0', 'b')]),
};
