import type { IncomingMessage, ServerResponse } from 'node:http';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Call, EdgeOptions, Headers } from './edge.ts';

/** A request of node:http as a neutral call. */
export class NodeHttpCall implements Call {
  readonly method: string;
  readonly rawPath: string;
  readonly remoteAddress: string;
  readonly listenerId: string;
  /** True once the rest of the body will not be read: the connection cannot carry another request. */
  mustClose = false;
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  private readonly bodyBytesMax: number;

  constructor(request: IncomingMessage, response: ServerResponse, options: EdgeOptions) {
    this.request = request;
    this.response = response;
    this.method = request.method ?? 'GET';
    this.rawPath = request.url ?? '/';
    this.remoteAddress = request.socket.remoteAddress ?? '';
    this.listenerId = options.listenerId;
    this.bodyBytesMax = options.bodyBytesMax;
  }

  get headers(): Headers {
    const raw = this.request.rawHeaders;
    const pairs: [string, string][] = [];
    for (let index = 0; index + 1 < raw.length; index += 2) {
      pairs.push([(raw[index] ?? '').toLowerCase(), raw[index + 1] ?? '']);
    }
    return pairs;
  }

  header(name: string): string | null {
    const value = this.request.headers[name];
    return (Array.isArray(value) ? value[0] : value) ?? null;
  }

  async body(): Promise<Uint8Array> {
    const announced = Number(this.header('content-length') ?? 0);
    if (announced > this.bodyBytesMax) throw this.tooLarge(announced);
    const chunks: Buffer[] = [];
    let size = 0;
    return new Promise((resolve, reject) => {
      this.request.on('data', (chunk: Buffer) => {
        size += chunk.byteLength;
        if (size > this.bodyBytesMax) {
          this.request.pause();
          this.request.removeAllListeners('data');
          reject(this.tooLarge(size));
          return;
        }
        chunks.push(chunk);
      });
      this.request.once('end', () => {
        const [only] = chunks;
        resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size));
      });
      const gone = (): void => reject(new ClusterError('CANCELLED', 'the client went away before its request was complete'));
      this.request.once('aborted', gone);
      this.request.once('error', gone);
    });
  }

  onCancel(listener: () => void): void {
    this.response.once('close', () => {
      if (!this.response.writableFinished) listener();
    });
  }

  private tooLarge(size: number): ClusterError {
    this.mustClose = true;
    return new ClusterError('BODY_TOO_LARGE', `the request body has at least ${size} bytes; at most ${this.bodyBytesMax} are accepted`);
  }
}
