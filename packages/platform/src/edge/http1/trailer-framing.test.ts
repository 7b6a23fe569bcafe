import { expect, test } from 'vitest';
import { headerTooLarge, notHttp, type Verdict } from '../broken-request.ts';
import { TrailerFraming } from './trailer-framing.ts';

const bytesMax = 100;

/** @returns what was made of a text that comes octet by octet, and at which it was said. */
function takeSlowly(text: string): { readonly verdict: Verdict | null; readonly at: number; readonly isDone: boolean } {
  const trailer = new TrailerFraming(bytesMax);
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += 1) {
    const next = trailer.take(bytes.subarray(at, at + 1), 0);
    if (typeof next !== 'number') return { verdict: next, at, isDone: false };
    if (trailer.isDone) return { verdict: null, at, isDone: true };
  }
  return { verdict: null, at: bytes.length, isDone: false };
}

test.each(['\r\n', 'X: 1\r\n\r\n', 'X:\r\nY: \t2 \r\n\r\n', 'Content-Lengths: 3\r\nA-Host: b\r\n\r\n'])(
  '%j ends at its empty line',
  (text) => {
    expect(takeSlowly(text)).toEqual({ verdict: null, at: text.length - 1, isDone: true });
    const trailer = new TrailerFraming(bytesMax);
    expect(trailer.take(Buffer.from(`0\r\n${text}GET /`), 3)).toBe(3 + text.length);
    expect(trailer.isDone).toBe(true);
  },
);

test.each([
  ['a length, at its colon', 'Content-Length: 3\r\n\r\n', 14],
  ['a length behind another field', 'X: 1\r\ncontent-LENGTH: 3\r\n\r\n', 20],
  ['an encoding', 'Transfer-Encoding: chunked\r\n\r\n', 17],
  ['a host', 'Host: b\r\n\r\n', 4],
  ['a space before the colon', 'X : 1\r\n\r\n', 1],
  ['a field without a name', ': 1\r\n\r\n', 0],
  ['a folded line', 'X: 1\r\n 2\r\n\r\n', 6],
  ['a line that LF ends alone', 'X: 1\n\r\n', 4],
  ['CR without LF', 'X: 1\rY: 2\r\n\r\n', 5],
  ['a control in a value', 'X: \u0000\r\n\r\n', 3],
  ['an empty line without LF', '\r\r\n', 1],
])('%s is refused at the octet that makes it wrong', (_what, text, at) => {
  expect(takeSlowly(text)).toEqual({ verdict: notHttp, at, isDone: false });
});

test('a part of a trailer is waited for', () => {
  expect(takeSlowly('X: 1\r\nContent-Length')).toEqual({ verdict: null, at: 20, isDone: false });
});

test('the fields may have as many bytes as a header, and not one more', () => {
  const fields = `X: ${'x'.repeat(bytesMax - 5)}\r\n`;
  expect(takeSlowly(`${fields}\r\n`).isDone).toBe(true);
  expect(takeSlowly(`X${fields}\r\n`)).toEqual({ verdict: headerTooLarge, at: bytesMax + 2, isDone: false });
});
