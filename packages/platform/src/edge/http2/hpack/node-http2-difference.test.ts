import { once } from 'node:events';
import { connect as connectHttp2, createServer as createHttp2Server, type Http2Server } from 'node:http2';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { encodeHeaders, tableSizeNothing } from './encode-headers.ts';
import { HeaderDecoder } from './header-decoder.ts';

// Both directions against the HPACK of node:http2, which is nghttp2's.

const open: (Server | Http2Server | Socket)[] = [];

afterEach(() => {
  for (const one of open.splice(0)) {
    if ('destroy' in one) one.destroy();
    else one.close();
  }
});

const prefaceBytes = 24;
const frameHeaderBytes = 9;
const headersFrame = 1;
const settingsFrame = 4;
const endOfHeadersAndStream = 5;

function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(frameHeaderBytes);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** Every character that a header's value may have, in runs of different lengths. */
const characters = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).filter((one) =>
  /[\x21-\x7e\x80-\xff]/.test(one),
);
const values = Array.from({ length: 60 }, (_, round) =>
  Array.from({ length: round }, (_unused, place) => characters[(round * 31 + place * 7) % characters.length]).join(''),
);

async function listen(server: Server | Http2Server): Promise<number> {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server's address is an object; only pipes have text.
  return (server.address() as AddressInfo).port;
}

test('what node:http2 writes is read, also with its dynamic table', async () => {
  const blocks: Buffer[] = [];
  const wanted = values.length;
  const received = Promise.withResolvers<void>();
  const port = await listen(
    createServer((socket) => {
      open.push(socket);
      let bytes = Buffer.alloc(0);
      socket.write(frame(settingsFrame, 0, 0, Buffer.alloc(0)));
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        bytes = Buffer.concat([bytes, chunk]);
        let at = prefaceBytes;
        blocks.length = 0;
        while (at + frameHeaderBytes <= bytes.length) {
          const end = at + frameHeaderBytes + bytes.readUIntBE(at, 3);
          if (end > bytes.length) break;
          if (bytes[at + 3] === headersFrame) blocks.push(bytes.subarray(at + frameHeaderBytes, end));
          at = end;
        }
        if (blocks.length >= wanted) received.resolve();
      });
    }),
  );
  const client = connectHttp2(`http://127.0.0.1:${port}`);
  client.on('error', () => undefined);
  for (const [index, value] of values.entries()) {
    const stream = client.request({
      ':path': `/v2/models/m${index % 7}/infer`,
      'x-value': value,
      'x-same': 'always the same',
    });
    stream.on('error', () => undefined);
  }
  await received.promise;
  client.destroy();
  const decoder = new HeaderDecoder(4_096, 65_536);
  const lists = blocks.map((block) => decoder.decode(block));
  expect(lists).toEqual(
    values.map((value, index) =>
      expect.arrayContaining([
        [':method', 'GET'],
        [':authority', `127.0.0.1:${port}`],
        [':path', `/v2/models/m${index % 7}/infer`],
        ['x-value', value],
        ['x-same', 'always the same'],
      ]),
    ),
  );
});

test('what is written is read by node:http2', async () => {
  const seen: (string | string[] | undefined)[] = [];
  const received = Promise.withResolvers<void>();
  const server = createHttp2Server({ settings: { headerTableSize: 0 } });
  server.on('stream', (_stream, headers) => {
    seen.push(headers['x-value']);
    if (seen.length === values.length) received.resolve();
  });
  server.on('sessionError', (error) => received.reject(error));
  const port = await listen(server);
  const socket = connect(port, '127.0.0.1');
  open.push(socket);
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  socket.write(frame(settingsFrame, 0, 0, Buffer.alloc(0)));
  // The server's own settings want no dynamic table: they count once they are acknowledged.
  socket.write(frame(settingsFrame, 1, 0, Buffer.alloc(0)));
  for (const [index, value] of values.entries()) {
    const block = encodeHeaders([
      [':method', 'POST'],
      [':scheme', 'http'],
      [':path', '/x'],
      [':authority', 'localhost'],
      ['x-value', value],
    ]);
    const update = index === 0 ? [tableSizeNothing] : [];
    const payload = Buffer.concat([Buffer.from(update), block]);
    socket.write(frame(headersFrame, endOfHeadersAndStream, 2 * index + 1, payload));
  }
  await received.promise;
  expect(seen).toEqual(values);
});
