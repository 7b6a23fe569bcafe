import type { DecodedRequest } from '../decode-request.ts';
import { RequestPattern } from './request-pattern.ts';

/** Patterns of one path at most, each up to a kilobyte of text and as much beside it. */
const patternsMax = 4;

/** Texts of which a pattern is sought, bytes. */
const textBytesMax = 262_144;

/** Requests that are read without looking for a pattern after one that nobody used, at most. */
const pauseMax = 1_024;

/**
 * How clients of one path write their requests. Nearly all requests of a client differ in their id and their numbers alone:
 * the rest of the text need not be parsed again, nor judged. A request that fits no pattern is read in the usual way.
 */
export class RequestPatterns {
  private readonly patterns: RequestPattern[] = [];
  private pause = 0;
  private untilNext = 0;

  /** @returns null for a request that has to be read in the usual way. */
  read(text: Buffer, blobs: Uint8Array): DecodedRequest | null {
    for (const [place, pattern] of this.patterns.entries()) {
      const decoded = pattern.read(text, blobs);
      if (decoded === null) continue;
      this.pause = 0;
      if (place > 0) this.putFirst(pattern, place);
      return decoded;
    }
    return null;
  }

  /** @param decoded what was read of it in the usual way. */
  learn(text: Buffer, decoded: DecodedRequest): void {
    if (this.untilNext > 0) {
      this.untilNext -= 1;
      return;
    }
    // Clients whose requests are never alike are asked less and less.
    this.pause = Math.min(pauseMax, 2 * this.pause + 1);
    this.untilNext = this.pause;
    const pattern = text.byteLength > textBytesMax ? null : RequestPattern.of(text, decoded);
    if (pattern === null) return;
    this.patterns.unshift(pattern);
    if (this.patterns.length > patternsMax) this.patterns.pop();
  }

  private putFirst(pattern: RequestPattern, place: number): void {
    this.patterns.splice(place, 1);
    this.patterns.unshift(pattern);
  }
}
