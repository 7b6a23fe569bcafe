import { Client, credentials, Metadata, status, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js';

export interface RpcClientOptions {
  /** Speaks TLS and trusts this certificate. */
  readonly ca?: string;
  /** Name in the certificate, where it is not that of the address. */
  readonly servername?: string;
}

export interface RpcCallOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** How a call ended. */
export interface RpcOutcome {
  readonly code: string;
  readonly details: string;
  /** Null unless the code is OK. */
  readonly message: Uint8Array | null;
  /** Of the end of the call. */
  readonly trailers: Readonly<Record<string, string>>;
}

export interface RpcStream {
  send(message: Uint8Array): void;
  /** Says that no more is sent. */
  close(): void;
  /** The next answer; null at the end of the stream. */
  next(): Promise<Uint8Array | null>;
  /** How the stream ended. */
  readonly outcome: Promise<Omit<RpcOutcome, 'message'>>;
  cancel(): void;
}

/** A client of gRPC that sends and takes messages as bytes. */
export class RpcClient {
  private readonly client: Client;

  constructor(address: string, { ca, servername }: RpcClientOptions = {}) {
    const channel = ca === undefined ? credentials.createInsecure() : credentials.createSsl(Buffer.from(ca));
    this.client = new Client(address, channel, {
      'grpc.max_receive_message_length': -1,
      'grpc.use_local_subchannel_pool': 1,
      ...(servername === undefined ? {} : { 'grpc.ssl_target_name_override': servername }),
    });
  }

  unary(path: string, message: Uint8Array, options: RpcCallOptions = {}): Promise<RpcOutcome> {
    return new Promise((resolve) => {
      let answer: Uint8Array | null = null;
      const call = this.client.makeUnaryRequest(
        path,
        asBuffer,
        sameBytes,
        message,
        metadataOf(options),
        callOptionsOf(options),
        (_error: ServiceError | null, received) => (answer = received ?? null),
      );
      // The status comes last, also with an error.
      call.on('status', ({ code, details, metadata }) =>
        resolve({ code: status[code], details, message: answer, trailers: plain(metadata) }),
      );
      options.signal?.addEventListener('abort', () => call.cancel());
    });
  }

  stream(path: string, options: RpcCallOptions = {}): RpcStream {
    const call: ClientDuplexStream<Uint8Array, Buffer> = this.client.makeBidiStreamRequest(
      path,
      asBuffer,
      sameBytes,
      metadataOf(options),
      callOptionsOf(options),
    );
    // The outcome says it.
    call.on('error', () => undefined);
    const answers = call[Symbol.asyncIterator]();
    const outcome = new Promise<Omit<RpcOutcome, 'message'>>((resolve) => {
      call.on('status', ({ code, details, metadata }) =>
        resolve({ code: status[code], details, trailers: plain(metadata) }),
      );
    });
    return {
      send: (message) => call.write(message),
      close: () => call.end(),
      next: async () => {
        try {
          const { done, value } = (await answers.next()) as IteratorResult<Buffer, undefined>;
          return done === true ? null : value;
        } catch {
          // The outcome says how it ended.
          return null;
        }
      },
      outcome,
      cancel: () => call.cancel(),
    };
  }

  close(): void {
    this.client.close();
  }
}

function metadataOf({ metadata = {} }: RpcCallOptions): Metadata {
  const made = new Metadata();
  for (const [name, value] of Object.entries(metadata)) made.add(name, value);
  return made;
}

function callOptionsOf({ timeoutMs }: RpcCallOptions): { deadline?: number } {
  return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
}

function plain(metadata: Metadata): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata.getMap()).map(([name, value]) => [name, String(value)]));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function sameBytes(bytes: Buffer): Buffer {
  return bytes;
}
