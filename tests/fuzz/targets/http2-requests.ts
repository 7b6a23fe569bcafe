import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { encodeHeaders } from '@cluster-ai/platform/edge/http2/hpack/encode-headers.ts';
import { HeaderDecoder } from '@cluster-ai/platform/edge/http2/hpack/header-decoder.ts';
import { Http2Clients } from '@cluster-ai/platform/edge/http2/http/http2-clients.ts';
import { flags, frameHeadBytes, frameTypes, preface } from '@cluster-ai/platform/edge/http2/protocol.ts';
import { createTestHandler } from '@cluster-ai/testkit/edge/test-handler.ts';
import type { FuzzTarget } from '../engine/target.ts';

const limits = {
  listenerId: 'fuzz',
  host: '127.0.0.1',
  port: 0,
  bodyBytesMax: 4_096,
  headerBytesMax: 1_024,
  connectionsMax: 1,
  requestTimeoutMs: 1_000,
  answerTimeoutMs: 1_000,
  idleTimeoutMs: 1_000,
};

const frameBytesMax = 16_384;
const headerTableBytes = 4_096;
const headerListBytesMax = 65_536;

function frame(type: number, flagBits: number, streamId: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(frameHeadBytes);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flagBits, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

const begin = Buffer.concat([preface, frame(frameTypes.settings, 0, 0, Buffer.alloc(0))]);

const headers = (path: string, method: string): Uint8Array =>
  encodeHeaders([
    [':method', method],
    [':scheme', 'http'],
    [':path', path],
    [':authority', 'a'],
    ['content-type', 'text/plain'],
  ]);
const request = (id: number, path: string): Buffer =>
  frame(frameTypes.headers, flags.endHeaders | flags.endStream, id, headers(path, 'GET'));
const opening = (id: number, path: string): Buffer =>
  frame(frameTypes.headers, flags.endHeaders, id, headers(path, 'POST'));
const data = (id: number, text: string, flagBits: number): Buffer =>
  frame(frameTypes.data, flagBits, id, Buffer.from(text));

/** A connection of HTTP/2 after its preface, with a handler behind it that echoes, streams and refuses. */
export const target: FuzzTarget = {
  about:
    'frames of HTTP/2, from clients: whatever they are, what is answered is well-formed, and every call comes to an end',
  form: 'bytes',
  seeds: () => [
    Buffer.concat([request(1, '/seen'), request(3, '/unread')]),
    Buffer.concat([
      opening(1, '/echo'),
      data(1, 'hello', 0),
      data(1, ' world', flags.endStream),
      request(3, '/stream'),
    ]),
    Buffer.concat([
      frame(frameTypes.headers, 0, 1, headers('/echo', 'POST').subarray(0, 9)),
      frame(frameTypes.continuation, flags.endHeaders, 1, headers('/echo', 'POST').subarray(9)),
      data(1, '\u0003paddedxxx', flags.padded | flags.endStream),
    ]),
    Buffer.concat([
      frame(frameTypes.settings, 0, 0, Buffer.from('000400000010000100000000', 'hex')),
      request(1, '/stream'),
      frame(frameTypes.windowUpdate, 0, 1, Buffer.from('00010000', 'hex')),
      frame(frameTypes.ping, 0, 0, Buffer.alloc(8)),
      frame(frameTypes.rstStream, 0, 1, Buffer.from('00000008', 'hex')),
    ]),
    Buffer.concat([
      opening(1, '/echo'),
      data(1, 'x'.repeat(5_000), 0),
      opening(3, '/defect'),
      frame(2, 0, 3, Buffer.alloc(5)),
    ]),
  ],
  perSecondMin: 50,
  run: async (input) => {
    const { handler, state } = createTestHandler();
    let running = 0;
    const clients = new Http2Clients(
      { ...limits, onDefect: (error) => state.defects.push(error) },
      async (call, reply) => {
        running += 1;
        try {
          await handler(call, reply);
        } finally {
          running -= 1;
        }
      },
    );
    const written: Buffer[] = [];
    const wire = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        written.push(chunk);
        done();
      },
    });
    // What a connection uses of a socket is what each duplex stream has, and addresses, which may be missing.
    clients.accept(wire as unknown as Socket);
    wire.emit('data', begin);
    const cut = input.length === 0 ? 0 : (input[0] ?? 0) % input.length;
    for (const part of [input.subarray(0, cut), input.subarray(cut)]) {
      wire.emit('data', Buffer.from(part));
      await nextTurn();
    }
    judge(Buffer.concat(written));
    clients.sweep(performance.now() + limits.requestTimeoutMs);
    wire.destroy();
    await nextTurn();
    state.release();
    for (let turn = 0; turn < 300 && running > 0; turn += 1) await nextTurn();
    assert.equal(running, 0, 'a call did not come to its end');
    assert.deepEqual(
      state.defects.filter((defect) => !String(defect).includes('a defect of the handler')),
      [],
    );
  },
};

/** Reads what was answered as a client would. */
function judge(bytes: Buffer): void {
  const decoder = new HeaderDecoder(headerTableBytes, headerListBytesMax);
  for (let at = 0; at < bytes.length;) {
    assert.ok(bytes.length - at >= frameHeadBytes, 'an answer ends in the middle of a frame');
    const length = bytes.readUIntBE(at, 3);
    const end = at + frameHeadBytes + length;
    assert.ok(length <= frameBytesMax && end <= bytes.length, 'a frame of an answer is too long');
    if (bytes[at + 3] === frameTypes.headers) {
      const block = decoder.decode(bytes.subarray(at + frameHeadBytes, end));
      assert.ok(block?.every(([name]) => name === name.toLowerCase()));
    }
    at = end;
  }
}
