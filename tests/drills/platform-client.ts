import { createHash, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

export interface PlainAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One client with one connection that it keeps. A call that is not answered within 40 s rejects. */
export class PlatformClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private readonly baseUrl: string;
  private readonly token: string;

  constructor(baseUrl: string, token: string) {
    this.baseUrl = baseUrl;
    this.token = token;
  }

  send(method: string, path: string, body?: unknown): Promise<PlainAnswer> {
    const isBytes = body instanceof Uint8Array;
    const bytes = body === undefined ? null : isBytes ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const call = request(`${this.baseUrl}${path}`, {
        method,
        agent: this.agent,
        timeout: 40_000,
        headers: {
          authorization: `Bearer ${this.token}`,
          'idempotency-key': randomUUID(),
          ...(bytes === null ? {} : { 'content-length': String(Buffer.byteLength(bytes)) }),
          ...(bytes === null ? {} : { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }),
        },
      });
      call.on('timeout', () => call.destroy(new Error(`${method} ${path} was not answered within 40 s`)));
      call.on('error', reject);
      call.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      call.end(bytes ?? undefined);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
