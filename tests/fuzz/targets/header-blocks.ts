import assert from 'node:assert/strict';
import { Http2CompressionError } from '@cluster-ai/platform/edge/http2/hpack/compression-error.ts';
import { encodeHeaders } from '@cluster-ai/platform/edge/http2/hpack/encode-headers.ts';
import { HeaderDecoder } from '@cluster-ai/platform/edge/http2/hpack/header-decoder.ts';
import type { FuzzTarget } from '../engine/target.ts';

const headerBytesMax = 8_192;
const tableBytesMax = 4_096;
const entryBytesMore = 32;

/** Header blocks of one connection, which share a table: each begins with a byte that says how long it is. */
export const target: FuzzTarget = {
  about:
    'header blocks of HTTP/2, from clients: they are refused as broken, or too large, or read and can be written again',
  form: 'bytes',
  seeds: () => [
    // One in the Huffman code, then one that names the entries that it added.
    Buffer.from('11828684418cf1e3c2e5f23a6ba0ab90f4ff0d828684be5886a8eb10649cbf', 'hex'),
    Buffer.from('0b4801325802ab436101646e01650448c1c0bf', 'hex'),
    Buffer.from('053fe11f40016100203fe11f', 'hex'),
    Buffer.from('09100870617373776f7264067365637265', 'hex'),
    Buffer.concat([Buffer.of(0x30, 0x40, 0x01, 0x61, 0x29), Buffer.alloc(41, 0x62), Buffer.alloc(200, 0xbe)]),
  ],
  run: (input) => {
    const decoder = new HeaderDecoder(tableBytesMax, headerBytesMax);
    const reader = new HeaderDecoder(tableBytesMax, headerBytesMax);
    for (let at = 0; at < input.length;) {
      const end = at + 1 + (input[at] ?? 0);
      const headers = decoded(decoder, input.subarray(at + 1, end));
      at = end;
      if (headers === 'broken') return;
      if (headers === null) continue;
      const bytes = headers.reduce((sum, [name, value]) => sum + name.length + value.length + entryBytesMore, 0);
      assert.ok(bytes <= headerBytesMax);
      assert.deepEqual(reader.decode(encodeHeaders(headers)), headers);
    }
  },
};

function decoded(decoder: HeaderDecoder, block: Uint8Array) {
  try {
    return decoder.decode(block);
  } catch (error) {
    if (error instanceof Http2CompressionError) return 'broken';
    throw error;
  }
}
