import type { Socket } from 'node:net';
import type { CallHandler, EdgeOptions } from '../edge.ts';

/** Clients of the same listener that speak another protocol than HTTP/1.1: HTTP/2. */
export interface OtherClients {
  /**
   * Takes a connection over, with nobody else listening to it. It speaks the other protocol by ALPN, or begins with the
   * preface, which is read again from the socket.
   */
  accept(socket: Socket): void;
  /** Looks for those that take too long. */
  sweep(nowMs: number): void;
  /** Tells them to go; what they have asked for is answered. */
  drain(): void;
  /** Ends those that are left. @returns how many requests had no whole answer. */
  cut(): number;
}

/** Makes room for such clients. */
export type OpenOtherClients = (options: EdgeOptions, handler: CallHandler) => OtherClients;

/** What a client of HTTP/2 sends first (RFC 9113, section 3.4). */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** Whether a connection begins as HTTP/2 does: `maybe` as long as there are fewer bytes and they fit. */
export function beginsAsHttp2(bytes: Buffer): 'yes' | 'no' | 'maybe' {
  const length = Math.min(bytes.length, preface.length);
  if (preface.compare(bytes, 0, length, 0, length) !== 0) return 'no';
  return length === preface.length ? 'yes' : 'maybe';
}
