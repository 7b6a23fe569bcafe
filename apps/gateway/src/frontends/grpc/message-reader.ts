import type { RpcCall } from '@cluster-ai/platform/edge/rpc-edge.ts';

/** Reads the messages of a stream until it ends, the listener closes, or nobody wants more of them. */
export class MessageReader {
  private readonly call: RpcCall;
  private stopped = false;
  private wake: () => void = () => undefined;

  constructor(call: RpcCall) {
    this.call = call;
    call.onClosing(() => this.stop());
  }

  /** The next message; null when there are no more. @throws ClusterError as `RpcCall.next`. */
  next(onBytes?: (bytes: number) => void): Promise<Uint8Array | null> {
    if (this.stopped) return Promise.resolve(null);
    // Not a race with a promise that lives as long as the stream: each message would stay in its memory.
    return new Promise((resolve, reject) => {
      this.wake = () => resolve(null);
      this.call.next(onBytes).then(resolve, reject);
    });
  }

  stop(): void {
    this.stopped = true;
    this.wake();
  }
}
