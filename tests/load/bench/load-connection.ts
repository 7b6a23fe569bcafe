/** A request, ready for the wire, and what must be answered. */
export interface Exchange {
  readonly request: Buffer;
  readonly answer: Buffer;
}

/** Hears how an exchange ended: what was wrong with the answer, or null. */
export type Ended = (problem: string | null) => void;

/** A connection of a load generator. */
export interface LoadConnection {
  /** Sends a request. The answer is compared byte for byte. At most as many at once as the connection was opened for. */
  send(exchange: Exchange, ended: Ended): void;
  close(): void;
}
