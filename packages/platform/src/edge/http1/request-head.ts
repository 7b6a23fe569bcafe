import type { Headers } from '../edge.ts';

/** What was read of a head, before anything is made of it. */
export interface HeadParts {
  readonly method: string;
  readonly rawPath: string;
  /** 0 or 1: HTTP/1.0 or HTTP/1.1. */
  readonly minorVersion: number;
  /** In lower case, in the order of arrival. */
  readonly names: readonly string[];
  readonly values: readonly string[];
  /** What the framing headers say; null without a length. */
  readonly contentLength: number | null;
  readonly isChunked: boolean;
  /** The client takes another answer on this connection. */
  readonly keepsAlive: boolean;
  /** The client holds its body back until it is told to go on. */
  readonly expectsContinue: boolean;
}

/**
 * The head of a request. It never changes, so that one serves every request that begins with the same bytes, and what is
 * worked out of it is worked out once.
 */
export class RequestHead {
  readonly method: string;
  readonly rawPath: string;
  readonly minorVersion: number;
  readonly contentLength: number | null;
  readonly isChunked: boolean;
  readonly hasBody: boolean;
  readonly keepsAlive: boolean;
  readonly expectsContinue: boolean;
  /** An answer to HEAD has no body. */
  readonly isForHead: boolean;
  /** Its bytes, where it is worth while to compare the next ones with them. */
  readonly raw: Buffer | null;
  private readonly names: readonly string[];
  private readonly values: readonly string[];
  private pairs: Headers | null = null;

  constructor(parts: HeadParts, raw: Buffer | null) {
    this.method = parts.method;
    this.rawPath = parts.rawPath;
    this.minorVersion = parts.minorVersion;
    this.contentLength = parts.contentLength;
    this.isChunked = parts.isChunked;
    this.hasBody = parts.isChunked || (parts.contentLength ?? 0) > 0;
    this.keepsAlive = parts.keepsAlive;
    this.expectsContinue = parts.expectsContinue;
    this.isForHead = parts.method === 'HEAD';
    this.names = parts.names;
    this.values = parts.values;
    this.raw = raw;
  }

  get headers(): Headers {
    this.pairs ??= this.names.map((name, index) => [name, this.values[index] ?? '']);
    return this.pairs;
  }

  /** First value, or null. */
  header(name: string): string | null {
    const index = this.names.indexOf(name);
    return index === -1 ? null : (this.values[index] ?? null);
  }
}
