import type { Socket } from 'node:net';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { bodyError, lastWords, verdictOn, type Verdict } from './broken-request.ts';
import type { NodeHttpCall } from './node-http-call.ts';

/** One client connection: which of its calls are unanswered, and how it ends. */
export class NodeHttpConnection {
  private readonly socket: Socket;
  /** In order of arrival. */
  private readonly calls = new Set<NodeHttpCall>();
  private newest: NodeHttpCall | null = null;
  private closing = false;
  private verdict: Verdict | null = null;
  /** What the handshake took; 0 without TLS. */
  private readonly handshakeBytes: number;

  constructor(socket: Socket) {
    this.socket = socket;
    this.handshakeBytes = socket.bytesRead;
  }

  begin(call: NodeHttpCall): void {
    this.calls.add(call);
    this.newest = call;
  }

  /** To be called when the answer is out, or can no longer be sent. */
  end(call: NodeHttpCall): void {
    this.calls.delete(call);
    if (this.calls.size > 0) return;
    if (this.verdict !== null) this.reject(this.verdict);
    else if (this.closing) this.socket.destroySoon();
  }

  /** True when the connection can carry nothing after the answer to this call. Pipelined calls are all answered first. */
  endsWith(call: NodeHttpCall): boolean {
    return this.closing && this.newest === call;
  }

  /** The next answer is the last, and says so. An idle connection stays open for it. */
  endWithNextAnswer(): void {
    this.closing = true;
  }

  /** Ends the connection as soon as what has arrived is answered: at once when it is idle. */
  close(): void {
    this.closing = true;
    if (this.calls.size === 0) this.socket.destroySoon();
  }

  /** Calls whose answer is not complete. */
  get unanswered(): number {
    let count = 0;
    for (const call of this.calls) if (!call.answered) count += 1;
    return count;
  }

  /** Cuts a client that does not take its answer: unsent answers are memory. */
  cutIfStuck(nowMs: number, answerTimeoutMs: number): void {
    for (const call of this.calls) {
      if (call.stuckMs(nowMs) >= answerTimeoutMs) this.cut();
    }
  }

  cut(): void {
    this.socket.destroy();
  }

  /** Takes what the parser, the clock or the socket complain about. */
  fail(error: NodeJS.ErrnoException): void {
    const verdict = verdictOn(error.code);
    if (this.newest !== null && this.calls.has(this.newest) && !this.newest.complete) {
      this.newest.breakOff(brokenBy(verdict));
      if (verdict !== null && !this.newest.answered) return;
      // The last bytes of an answer may still be on their way.
      if (verdict === null) this.socket.destroy();
      else this.socket.destroySoon();
      return;
    }
    // A connection that never sent a byte is idle, not slow.
    const isIdle = this.socket.bytesRead === this.handshakeBytes;
    if (verdict === null || !this.socket.writable || isIdle) this.socket.destroy();
    else if (this.calls.size === 0) this.reject(verdict);
    // The client reads answers in order: this one comes after those to its earlier requests.
    else this.verdict = verdict;
  }

  reject(verdict: Verdict): void {
    this.socket.end(lastWords(verdict), () => this.socket.destroy());
  }
}

function brokenBy(verdict: Verdict | null): ClusterError {
  if (verdict !== null) return bodyError(verdict);
  return new ClusterError('CANCELLED', 'the client went away before its request was complete');
}
