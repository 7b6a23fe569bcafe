/**
 * The neutral border between a network server and a protocol front end. No type of a particular server crosses it, so
 * that the server underneath can be replaced; `edge-suite.ts` holds every server to the same behaviour.
 */

/** Header names in lower case, values as received, in order of arrival; repeated headers stay apart. */
export type Headers = readonly (readonly [name: string, value: string])[];

export interface Call {
  readonly method: string;
  /** Path and query exactly as sent: `/v2/models/iris/infer?x=1`. */
  readonly rawPath: string;
  readonly headers: Headers;
  /** First value of a header, or null. The name is given in lower case. */
  header(name: string): string | null;
  readonly remoteAddress: string;
  /** Which listener took the call: rules may differ between listeners. */
  readonly listenerId: string;
  /**
   * Reads the whole body. The listener's limit is enforced below: more bytes, or bytes that come too slowly, reject.
   * @throws ClusterError BODY_TOO_LARGE, REQUEST_TIMEOUT or CANCELLED.
   */
  body(): Promise<Uint8Array>;
  /** Called once if the client goes away before the reply is complete. */
  onCancel(listener: () => void): void;
}

export interface Reply {
  /** Sends a whole reply. Exactly one of `send` and `start` is called, once. */
  send(status: number, headers: Headers, body: Uint8Array | string): void;
  /** Begins a streamed reply. */
  start(status: number, headers: Headers): void;
  /** Adds to a streamed reply. False asks the writer to wait for `drained()`. */
  write(chunk: Uint8Array | string): boolean;
  drained(): Promise<void>;
  end(trailers?: Headers): void;
}

export type CallHandler = (call: Call, reply: Reply) => Promise<void>;

export interface EdgeOptions {
  readonly listenerId: string;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly bodyBytesMax: number;
  readonly headerBytesMax: number;
  readonly connectionsMax: number;
  /** A request, header and body, must have arrived within this time. */
  readonly requestTimeoutMs: number;
  /** A connection that carries no request is closed after this time. */
  readonly idleTimeoutMs: number;
}

export interface Edge {
  /** The address in use, with the port that was taken. */
  readonly host: string;
  readonly port: number;
  /**
   * Refuses new connections, lets every request that has fully arrived be answered, closes idle connections.
   * Resolves when all are gone, or after `drainTimeoutMs`, when the rest is cut.
   * @returns how many requests were cut.
   */
  close(drainTimeoutMs: number): Promise<number>;
}

/** Starts a server. @throws ClusterError ALREADY_RUNNING when the port is taken, naming port and setting. */
export type StartEdge = (options: EdgeOptions, handler: CallHandler) => Promise<Edge>;
