import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { FrameReader } from '@cluster-ai/platform/edge/http2/frame-reader.ts';
import { encodeHeaders } from '@cluster-ai/platform/edge/http2/hpack/encode-headers.ts';
import { Http2Connection } from '@cluster-ai/platform/edge/http2/http2-connection.ts';
import type { Http2Stream, StreamConsumer } from '@cluster-ai/platform/edge/http2/http2-stream.ts';
import { flags, frameTypes, preface } from '@cluster-ai/platform/edge/http2/protocol.ts';
import { callBlock, frameOf, uint32 } from '@cluster-ai/testkit/edge/raw-http2.ts';
import type { FuzzTarget } from '../engine/target.ts';

const { data, headers, windowUpdate, settings, rstStream, ping, continuation, goAway } = frameTypes;
const { endHeaders, endStream, padded, priority } = flags;

const block = callBlock('/a.B/C');
const answer = encodeHeaders([[':status', '200']]);
const limits = {
  streamsMax: 4,
  headerBytesMax: 1_024,
  requestTimeoutMs: 1_000,
  answerTimeoutMs: 1_000,
  idleTimeoutMs: 1_000,
};

/** What a client sends after its preface. */
export const target: FuzzTarget = {
  about: 'frames of HTTP/2, from clients: whatever comes, what is answered are frames in an order that may be',
  form: 'bytes',
  seeds: () => [
    Buffer.concat([
      frameOf(settings, 0, 0),
      frameOf(headers, endHeaders, 1, block),
      frameOf(data, endStream, 1, block),
    ]),
    Buffer.concat([
      frameOf(settings, 0, 0, Buffer.of(0, 4, 0, 0, 0, 3, 0, 5, 0, 0, 0x40, 0)),
      frameOf(headers, endHeaders | endStream, 1, block),
      frameOf(windowUpdate, 0, 1, uint32(9)),
      frameOf(windowUpdate, 0, 0, uint32(9)),
    ]),
    Buffer.concat([
      frameOf(settings, 0, 0),
      frameOf(headers, padded | priority, 3, Buffer.concat([Buffer.of(2, 0, 0, 0, 1, 7), block, Buffer.alloc(2)])),
      frameOf(continuation, endHeaders, 3),
      frameOf(rstStream, 0, 3, uint32(8)),
      frameOf(ping, 0, 0, Buffer.alloc(8)),
      frameOf(goAway, 0, 0, Buffer.alloc(8)),
    ]),
  ],
  run: async (input) => {
    const socket = new ClientSocket();
    let running = 0;
    const connection = new Http2Connection(socket, {
      ...limits,
      onRequest: (stream) => {
        running += 1;
        return new Echo(stream, () => (running -= 1));
      },
      onClosed: () => undefined,
      onDefect: (error) => {
        throw error;
      },
    });
    socket.push(preface);
    socket.push(Buffer.from(input));
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    assertOrder(Buffer.concat(socket.written));
    connection.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(connection.openStreams, 0);
    assert.equal(running, 0);
  },
};

/** Of each stream: headers, then data, then nothing but a reset after its end; and nothing at all after the last GOAWAY. */
function assertOrder(bytes: Buffer): void {
  const states = new Map<number, 'open' | 'ended' | 'reset'>();
  let isGone = false;
  const reader = new FrameReader(16_384, (type, bits, streamId) => {
    assert.ok(!isGone, 'a frame after the last one');
    if (type === goAway) isGone = true;
    if (type !== data && type !== headers && type !== rstStream) return;
    const state = states.get(streamId);
    if (type === rstStream) {
      states.set(streamId, 'reset');
      return;
    }
    assert.ok(state !== 'ended' && state !== 'reset', 'a stream goes on after its end');
    assert.ok(type === headers || state === 'open', 'data come before headers');
    states.set(streamId, (bits & endStream) === 0 ? 'open' : 'ended');
  });
  reader.read(Buffer.concat([preface, bytes]));
}

/** Answers a request with its own body, as it comes. */
class Echo implements StreamConsumer {
  private readonly stream: Http2Stream;
  private readonly whenDone: () => void;

  constructor(stream: Http2Stream, whenDone: () => void) {
    this.stream = stream;
    this.whenDone = whenDone;
    stream.sendHeaders(answer, false);
  }

  onData(bytes: Buffer): void {
    this.stream.consumed(bytes.length);
    this.stream.sendData(bytes);
  }

  onEnd(): void {
    this.stream.sendEnd();
    this.done();
  }

  onAbort(): void {
    this.done();
  }

  onDrained(): void {}
  onDraining(): void {}
  onSweep(): void {}

  private isDone = false;

  private done(): void {
    // A stream whose answer is held back may still be left by its client.
    if (this.isDone) return;
    this.isDone = true;
    this.stream.owner.handled();
    this.whenDone();
  }
}

class ClientSocket extends Duplex {
  readonly written: Buffer[] = [];

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written.push(chunk);
    done();
  }
}
