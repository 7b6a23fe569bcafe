import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readHead } from './read-head.ts';
import { RecentHeads } from './recent-heads.ts';
import { RequestHead } from './request-head.ts';

function headOf(length: number, path = '/x'): { readonly text: string; readonly head: RequestHead } {
  const text = `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: ${length}\r\nAuthorization: Bearer k\r\n\r\n`;
  const head = readHead(text, 16_384);
  if (!(head instanceof RequestHead)) throw new Error(head.sentence);
  return { text, head };
}

test('a head is found where just it stands, whatever came before', () => {
  const heads = [1, 2, 11, 12, 123].flatMap((length) => [headOf(length), headOf(length, '/y')]);
  fc.assert(
    fc.property(fc.array(fc.nat(heads.length - 1), { minLength: 1, maxLength: 40 }), fc.nat(9), (order, before) => {
      const recent = new RecentHeads();
      const known = new Set<RequestHead>();
      for (const index of order) {
        const { text, head } = heads[index] ?? headOf(0);
        const bytes = Buffer.from(`${'.'.repeat(before)}${text}body`);
        const found = recent.find(bytes, before);
        if (found === null) recent.add(head);
        else expect(found).toBe(head);
        if (known.has(head) && known.size <= 4) expect(found).toBe(head);
        known.add(head);
        expect(recent.find(bytes.subarray(0, before + text.length - 1), before)).toBeNull();
      }
    }),
  );
});

test('a head that differs in any octet is another one', () => {
  const { text, head } = headOf(7);
  const recent = new RecentHeads();
  recent.add(head);
  for (let at = 0; at < text.length; at += 1) {
    const bytes = Buffer.from(text);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    expect(recent.find(bytes, 0)).toBeNull();
    expect(recent.find(Buffer.from(text), 0)).toBe(head);
  }
});
