import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import type { CallEnd } from '@cluster-ai/testkit/ledger/ledger.ts';

export interface CallOptions {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type CallResult = Answer | Extract<CallEnd, { kind: 'closed' | 'hung' }>;

/** A client that waits this long for an answer and no longer: a part that is frozen or away must have said so by then. */
const clientTimeoutMs = 40_000;

/** One client over TLS that keeps its connections, as programs do. */
export class HttpsClient {
  private readonly agent: Agent;

  constructor(ca: string) {
    this.agent = new Agent({ ca, keepAlive: true, maxSockets: 4 });
  }

  /** Never rejects: how it ended is what the drill is about. */
  send(url: string, { method, headers = {}, body }: CallOptions): Promise<CallResult> {
    return new Promise((resolve) => {
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const call = request(new URL(url), { method, agent: this.agent, headers: { ...headers, ...length } });
      const timer = setTimeout(() => {
        resolve({ kind: 'hung' });
        call.destroy();
      }, clientTimeoutMs);
      const end = (result: CallResult): void => {
        clearTimeout(timer);
        resolve(result);
      };
      const closed = (error: Error): void => end({ kind: 'closed', text: error.message });
      call.on('error', closed);
      call.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', closed);
        response.on('end', () => {
          const { statusCode: status = 0, headers: received } = response;
          end({ kind: 'answer', status, headers: received, body: Buffer.concat(chunks) });
        });
      });
      call.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
