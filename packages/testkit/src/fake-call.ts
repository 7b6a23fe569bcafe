import type { Call, Headers, Reply } from '@cluster-ai/platform/edge/edge.ts';

export interface FakeCallOptions {
  readonly method?: string;
  readonly rawPath?: string;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly remoteAddress?: string;
  readonly localAddress?: string;
  readonly body?: Uint8Array | string;
  /** Rejects `body()` with this. */
  readonly bodyError?: Error;
}

/** A call without a server under it, from 127.0.0.1. */
export function fakeCall(options: FakeCallOptions = {}): Call & { cancel(): void; readonly bodyReleased: boolean } {
  const headers = options.headers ?? {};
  const body = options.body ?? '';
  const listeners: (() => void)[] = [];
  let bodyReleased = false;
  return {
    method: options.method ?? 'POST',
    rawPath: options.rawPath ?? '/',
    headers: Object.entries(headers),
    header: (name) => headers[name] ?? null,
    remoteAddress: options.remoteAddress ?? '127.0.0.1',
    localAddress: options.localAddress ?? '127.0.0.1',
    listenerId: 'test',
    body: async (onBytes) => {
      if (options.bodyError !== undefined) throw options.bodyError;
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
      onBytes?.(bytes.byteLength);
      return bytes;
    },
    releaseBody: () => {
      bodyReleased = true;
    },
    get bodyReleased() {
      return bodyReleased;
    },
    onCancel: (listener) => void listeners.push(listener),
    cancel: () => {
      for (const listener of listeners.splice(0)) listener();
    },
  };
}

export interface FakeReply extends Reply {
  /** What was sent; null before. */
  readonly sent: {
    readonly status: number;
    readonly headers: ReadonlyMap<string, string>;
    readonly text: string;
  } | null;
}

/** A reply that keeps what was sent, and refuses a second one as a server would. */
export function fakeReply(): FakeReply {
  let sent: FakeReply['sent'] = null;
  const unsupported = (): never => {
    throw new Error('the fake reply does not stream');
  };
  return {
    get sent() {
      return sent;
    },
    send(status: number, headers: Headers, body: Uint8Array | string) {
      if (sent !== null) throw new Error('a reply was sent twice');
      const lowered = headers.map(([name, value]): [string, string] => [name.toLowerCase(), value]);
      sent = {
        status,
        headers: new Map(lowered),
        text: typeof body === 'string' ? body : new TextDecoder().decode(body),
      };
    },
    start: unsupported,
    write: unsupported,
    drained: unsupported,
    end: unsupported,
  };
}
