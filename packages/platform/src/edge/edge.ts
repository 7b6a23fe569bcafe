import type { TlsIdentity } from '../tls/certificate.ts';

/**
 * The neutral border between a network server and a protocol front end. No type of a particular server crosses it, so
 * that the server underneath can be replaced; `edge-suite.ts` holds every server to the same behaviour.
 */

/** Header names in lower case, values as received, in order of arrival; repeated headers stay apart. */
export type Headers = readonly (readonly [name: string, value: string])[];

/** What a call tells before its body, whatever carries it. */
export interface CallHead {
  readonly headers: Headers;
  /** First value of a header as it was sent, or null. The name is given in lower case. */
  header(name: string): string | null;
  readonly remoteAddress: string;
  /** The address of this machine that the client connected to. */
  readonly localAddress: string;
  /** Which listener took the call: rules may differ between listeners. */
  readonly listenerId: string;
}

/** A call that brings one body. */
export interface IncomingCall extends CallHead {
  /** How long the client waits for the answer, from the begin of the call, where its protocol tells. */
  readonly timeoutMs?: number | null;
  /**
   * Reads the whole body, once. The listener's limit is enforced below: more bytes, or bytes that come too slowly, reject.
   * A client that waits for `100 Continue` is told to go on here, so a call that is refused earlier never sends its body.
   * @param onBytes hears of bytes before they are kept; what it throws refuses the rest.
   * @returns the body itself when it is here; then it throws where it would have rejected.
   * @throws ClusterError BODY_TOO_LARGE, REQUEST_TIMEOUT, INVALID_ARGUMENT (broken chunks) or CANCELLED; what `onBytes` throws.
   */
  body(onBytes?: (bytes: number) => void): Uint8Array | Promise<Uint8Array>;
  /** Gives the memory of the body back at once, where the server can: nobody looks at it any more. */
  releaseBody?(): void;
  /**
   * Called once if the client goes away before the reply is complete. A client that closes only its sending half counts
   * as gone: that is what a client that gave up looks like from here.
   */
  onCancel(listener: () => void): void;
}

/** A call over HTTP. */
export interface Call extends IncomingCall {
  readonly method: string;
  /** Path and query exactly as sent: `/v2/models/iris/infer?x=1`. */
  readonly rawPath: string;
}

export interface Reply {
  /**
   * Sends a whole reply. Exactly one of `send` and `start` is called, once.
   * @param bodyBytes length of the body, where the caller knows it: that of a text has to be counted otherwise.
   */
  send(status: number, headers: Headers, body: Uint8Array | string, bodyBytes?: number): void;
  /** Begins a streamed reply. */
  start(status: number, headers: Headers): void;
  /** Adds to a streamed reply. False asks the writer to wait for `drained()`. */
  write(chunk: Uint8Array | string): boolean;
  drained(): Promise<void>;
  end(trailers?: Headers): void;
}

/**
 * Answers one call. A rejection is a defect: the call's connection, or over HTTP/2 its stream, is cut, and
 * `EdgeOptions.onDefect` hears of it.
 */
export type CallHandler = (call: Call, reply: Reply) => Promise<void>;

export interface EdgeOptions {
  readonly listenerId: string;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /**
   * Other processes of this user that say so too may listen on the same port (SO_REUSEPORT); the kernel gives each new
   * connection to one of them.
   */
  readonly reusePort?: boolean | undefined;
  readonly bodyBytesMax: number;
  /** Speaks TLS with this certificate; plain text without one. */
  readonly tls?: TlsIdentity | undefined;
  /** Larger headers are refused with 431. A server may allow some bytes more. */
  readonly headerBytesMax: number;
  /** Connections above this number are closed at once. */
  readonly connectionsMax: number;
  /** A request, header and body, must have arrived within this time; before that, the TLS handshake as well. */
  readonly requestTimeoutMs: number;
  /** A client must have taken an answer whole within this time; then its connection is cut. */
  readonly answerTimeoutMs: number;
  /** A connection that carries no request is closed after this time. */
  readonly idleTimeoutMs: number;
  /** Hears of handlers that rejected and of connections that could not be accepted: both belong into the log. */
  readonly onDefect: (error: unknown) => void;
}

export interface Edge {
  /** The address in use, with the port that was taken. */
  readonly host: string;
  readonly port: number;
  /**
   * Shows another certificate from the next connection on; those that are open go on. For a listener that has one.
   * @throws Error of the TLS library for one that cannot be used; the present one stays.
   */
  setTls(identity: TlsIdentity): void;
  /**
   * Refuses new connections, lets every request that has fully arrived be answered, also those that the kernel has and
   * this program has not read yet, and closes idle connections.
   * Resolves when all are gone, or after `drainTimeoutMs`, when the rest is cut.
   * @returns how many requests were cut without their whole answer.
   */
  close(drainTimeoutMs: number): Promise<number>;
}

/** Starts a server. @throws ClusterError ALREADY_RUNNING when the port is taken, naming port and setting. */
export type StartEdge = (options: EdgeOptions, handler: CallHandler) => Promise<Edge>;
