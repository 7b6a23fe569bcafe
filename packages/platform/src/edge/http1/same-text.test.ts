import { expect, test } from 'vitest';
import { sameText } from './same-text.ts';

test('a text stays what it is, whatever octets it has', () => {
  for (let octet = 0; octet < 256; octet += 1) {
    const text = `${String.fromCharCode(octet)} and what follows it`;
    expect([sameText(text), sameText(text.slice())]).toEqual([text, text]);
  }
  expect(sameText('x'.repeat(10_000))).toBe('x'.repeat(10_000));
});

test('the heads that texts were cut out of are not kept with them', () => {
  const before = process.memoryUsage().heapUsed;
  // Each is a megabyte; together they would be more than the heap may have.
  for (let count = 0; count < 3_000; count += 1) {
    const head = Buffer.alloc(1_048_576, `${count} `).toString('latin1');
    sameText(head.slice(17, 417));
  }
  expect((process.memoryUsage().heapUsed - before) / 2 ** 20).toBeLessThan(500);
});
