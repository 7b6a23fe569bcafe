import type { Verdict } from '../broken-request.ts';
import { readHead } from './read-head.ts';
import { RequestHead } from './request-head.ts';

const entriesMax = 256;

/** Longer heads are read again each time. */
const textLengthMax = 1_024;

/**
 * Heads by their bytes. A client sends the same ones again and again, and so do many clients of one kind: reading them
 * costs ten times what looking them up does. What is refused is not kept.
 */
export class HeadCache {
  private readonly headerBytesMax: number;
  private readonly heads = new Map<string, RequestHead>();

  constructor(headerBytesMax: number) {
    this.headerBytesMax = headerBytesMax;
  }

  /** @param text the octets of a head with its empty line, as latin1. */
  read(text: string): RequestHead | Verdict {
    const known = this.heads.get(text);
    if (known !== undefined) return known;
    const head = readHead(text, this.headerBytesMax);
    if (!(head instanceof RequestHead) || text.length > textLengthMax) return head;
    if (this.heads.size >= entriesMax) this.heads.clear();
    this.heads.set(text, head);
    return head;
  }
}
