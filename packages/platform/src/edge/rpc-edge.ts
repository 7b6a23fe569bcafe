import type { TlsIdentity } from '../tls/certificate.ts';
import type { Edge, Headers, IncomingCall } from './edge.ts';

/**
 * The neutral border between a server of remote procedure calls (gRPC) and a front end. Messages cross it as bytes: no type
 * of a particular server does, so that the server underneath can be replaced.
 */
export interface RpcCall extends IncomingCall {
  /** `/inference.GRPCInferenceService/ModelInfer`. */
  readonly path: string;
  /** From the begin of the call; null for a client that set no deadline. */
  readonly timeoutMs: number | null;
  /** The one message of the call, as `next` reads it; rejects when the client sends none. */
  body(onBytes?: (bytes: number) => void): Promise<Uint8Array>;
  /**
   * The client's next message, or null when it sends no more. Only one may be waited for, and none is read before it is
   * asked for: a call that is refused by its header has cost a header.
   * @param onBytes as for `body`. What came with the end of the message, and belongs to the next one, is counted too.
   * @throws ClusterError CANCELLED when the client goes away, DEADLINE_EXCEEDED when its deadline passes; what `onBytes`
   * throws.
   */
  next(onBytes?: (bytes: number) => void): Promise<Uint8Array | null>;
  readonly isClosing: boolean;
  /** Called once when the listener begins to close, or at once when it has begun. A call that has no end of its own must then come to one. */
  onClosing(listener: () => void): void;
}

/** The codes of gRPC. */
export type RpcCode =
  | 'OK'
  | 'CANCELLED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'UNAUTHENTICATED';

/** How a call ended and, for people, why. */
export interface RpcStatus {
  readonly code: RpcCode;
  readonly message: string;
}

export interface RpcReply {
  /** Adds a message to the answer. False asks the writer to wait for `drained()`. */
  send(message: Uint8Array): boolean;
  /** Resolves when what was sent is on its way, or can no longer be sent. */
  drained(): Promise<void>;
  /** Ends the call. To be called once; a call that its client has left takes it and does nothing. */
  end(status: RpcStatus, trailers?: Headers): void;
}

/** Answers one call. A rejection is a defect: the call ends with INTERNAL and `RpcEdgeOptions.onDefect` hears of it. */
export type RpcHandler = (call: RpcCall, reply: RpcReply) => Promise<void>;

export interface RpcEdgeOptions {
  readonly listenerId: string;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /**
   * Other processes of this user that say so too may listen on the same port (SO_REUSEPORT); the kernel gives each new
   * connection to one of them.
   */
  readonly reusePort?: boolean | undefined;
  /** The methods that there are; calls of others end with UNIMPLEMENTED. */
  readonly paths: readonly string[];
  /** Speaks TLS with this certificate; plain text without one. */
  readonly tls?: TlsIdentity | undefined;
  /** Largest message of a client, also once it is unpacked. */
  readonly messageBytesMax: number;
  /** Calls with a larger header end with RESOURCE_EXHAUSTED. */
  readonly headerBytesMax: number;
  /** Connections above this number are closed at once. */
  readonly connectionsMax: number;
  /** Calls at once on one connection. */
  readonly streamsMax: number;
  /** The one message of a call, and before it the TLS handshake, must have arrived within this time. */
  readonly requestTimeoutMs: number;
  /** A client must have taken a message within this time; then its connection is cut. */
  readonly answerTimeoutMs: number;
  /** A connection that carries no call is closed after this time. */
  readonly idleTimeoutMs: number;
  /** Hears of handlers that rejected and of connections that could not be accepted: both belong into the log. */
  readonly onDefect: (error: unknown) => void;
}

/** Starts a server. @throws ClusterError ALREADY_RUNNING when the port is taken, naming port and setting. */
export type StartRpcEdge = (options: RpcEdgeOptions, handler: RpcHandler) => Promise<Edge>;
