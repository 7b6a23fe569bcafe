import type { RequestHead } from './request-head.ts';

/** A client's heads differ in the length of the body: it has a few. */
const headsMax = 4;

/** The heads that a connection has brought lately, last met first. */
export class RecentHeads {
  private readonly heads: RequestHead[] = [];

  /** The head that stands in `bytes` at `from`, if it was among them. */
  find(bytes: Buffer, from: number): RequestHead | null {
    const { heads } = this;
    for (let place = 0; place < heads.length; place += 1) {
      const head = heads[place];
      if (head === undefined || !head.isAt(bytes, from)) continue;
      if (place > 0) {
        heads[place] = heads[0] ?? head;
        heads[0] = head;
      }
      return head;
    }
    return null;
  }

  add(head: RequestHead): void {
    if (this.heads.unshift(head) > headsMax) this.heads.pop();
  }
}
