import type { RequestHead } from './request-head.ts';

/** A client's heads differ in the length of the body: it has a few. */
const headsMax = 4;

/** The heads that a connection has brought lately, last met first. */
export class RecentHeads {
  private readonly heads: RequestHead[] = [];
  /** Where one of them differed last from what came: most that differ do so there. */
  private differsAt = 0;

  /** The head that stands in `bytes` at `from`, if it was among them. */
  find(bytes: Buffer, from: number): RequestHead | null {
    const { heads } = this;
    for (let place = 0; place < heads.length; place += 1) {
      const head = heads[place];
      if (head === undefined || !this.isAt(head, bytes, from)) continue;
      if (place > 0) {
        heads[place] = heads[0] ?? head;
        heads[0] = head;
      }
      return head;
    }
    return null;
  }

  private isAt({ raw }: RequestHead, bytes: Buffer, from: number): boolean {
    const { differsAt } = this;
    if (raw === null || bytes.length - from < raw.length || bytes[from + differsAt] !== raw[differsAt]) return false;
    // A few hundred bytes are compared sooner here than by a native call. A head ends with its own empty line, so nothing
    // longer begins so.
    for (let index = 0; index < raw.length; index += 1) {
      if (bytes[from + index] === raw[index]) continue;
      this.differsAt = index;
      return false;
    }
    return true;
  }

  add(head: RequestHead): void {
    if (this.heads.unshift(head) > headsMax) this.heads.pop();
  }
}
