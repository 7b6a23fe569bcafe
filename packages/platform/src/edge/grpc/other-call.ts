import type { Http2Stream, StreamConsumer } from '../http2/http2-stream.ts';
import { notGrpcBlock } from './answer-blocks.ts';

/** A request that is none of gRPC: once it is whole it is told so, as an HTTP client understands it (415). */
export class OtherCall implements StreamConsumer {
  private readonly stream: Http2Stream;
  private readonly untilMs: number;

  constructor(stream: Http2Stream, requestTimeoutMs: number) {
    this.stream = stream;
    this.untilMs = performance.now() + requestTimeoutMs;
  }

  onData(bytes: Buffer): void {
    this.stream.consumed(bytes.length);
  }

  onEnd(): void {
    this.answer();
  }

  onAbort(): void {
    this.stream.owner.handled();
  }

  onDrained(): void {
    // It has no body.
  }

  onDraining(): void {
    this.answer();
  }

  onSweep(nowMs: number): void {
    if (nowMs >= this.untilMs) this.answer();
  }

  private answer(): void {
    this.stream.sendHeaders(notGrpcBlock, true);
    this.stream.owner.handled();
  }
}
