import type { ErrorName } from './protocol.ts';

/** The connection cannot go on: it is told why in GOAWAY and closed (RFC 9113, section 5.4.1). */
export class Http2ConnectionError extends Error {
  readonly code: ErrorName;

  constructor(code: ErrorName, message: string) {
    super(message);
    this.name = 'Http2ConnectionError';
    this.code = code;
  }
}

/** One stream cannot go on: it is reset, the others are not concerned (section 5.4.2). */
export class Http2StreamError extends Error {
  readonly code: ErrorName;
  readonly streamId: number;

  constructor(code: ErrorName, streamId: number, message: string) {
    super(message);
    this.name = 'Http2StreamError';
    this.code = code;
    this.streamId = streamId;
  }
}
