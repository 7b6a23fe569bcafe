import assert from 'node:assert/strict';
import { ChunkedFraming } from '@cluster-ai/platform/edge/http1/chunked-framing.ts';
import { checkPart, readHead } from '@cluster-ai/platform/edge/http1/read-head.ts';
import { RequestHead } from '@cluster-ai/platform/edge/http1/request-head.ts';
import type { FuzzTarget } from '../engine/target.ts';

const headerBytesMax = 1_024;
const headEnd = '\r\n\r\n';

/** Headers and chunked bodies of HTTP/1.1, as they come from the network. */
export const target: FuzzTarget = {
  about:
    'headers and chunked bodies of HTTP/1.1, from clients: a header says the same when it is written again, and chunks hold the same body in whatever pieces',
  form: 'bytes',
  weight: 2,
  seeds: () => [
    'GET /a?b=c HTTP/1.1\r\nHost: a\r\n\r\n',
    'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\nX: \t1 \r\n\r\nhello',
    'POST /a HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n',
    'POST /a HTTP/1.1\r\nHost: [::1]:80\r\nTransfer-Encoding: chunked\r\n\r\n5;a="b\\"c";d=e\r\nhello\r\n0\r\nX: 1\r\n\r\n',
  ],
  words: [headEnd, 'chunked', 'Transfer-Encoding: ', 'Content-Length: ', 'Host: a', 'OPTIONS * HTTP/1.1', '\r\n0\r\n'],
  run: (input) => {
    const bytes = Buffer.from(input);
    const text = bytes.toString('latin1');
    const end = text.indexOf(headEnd);
    const head = end === -1 ? text : text.slice(0, end + headEnd.length);
    const read = readHead(head, headerBytesMax);
    for (let at = 0; at < Math.min(head.length, 64); at += 1) {
      // What is a header in the end was none at no time before.
      if (read instanceof RequestHead) assert.notEqual(checkPart(head.slice(0, at), 0), null);
    }
    if (read instanceof RequestHead) assertReadsAgain(read);
    const body = bytes.subarray(end === -1 ? 0 : end + headEnd.length);
    const whole = unchunk([body]);
    const cut = body.length === 0 ? 0 : (input[0] ?? 0) % body.length;
    assert.deepEqual(unchunk([body.subarray(0, cut), body.subarray(cut)]), whole);
  },
};

/** What was understood, written plainly, is understood the same. */
function assertReadsAgain(head: RequestHead): void {
  const fields = head.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const again = readHead(`${head.method} ${head.rawPath} HTTP/1.${head.minorVersion}\r\n${fields}\r\n`, headerBytesMax);
  assert.ok(again instanceof RequestHead);
  // They are made when they are first asked for, and would stand in one of the two only.
  assert.deepEqual(again.headers, head.headers);
  assert.deepEqual({ ...again, raw: null }, { ...head, raw: null });
  assert.ok(!(head.isChunked && head.contentLength !== null), 'a request ends in one way');
}

function unchunk(pieces: readonly Buffer[]): { readonly body: string; readonly outcome: string } {
  let body = '';
  const framing = new ChunkedFraming(headerBytesMax, (piece) => (body += piece.toString('latin1')));
  let taken = 0;
  for (const piece of pieces) {
    const next = framing.take(piece, 0);
    // Of two things that are wrong, the pieces decide which one is seen first, and how much of the body before.
    if (typeof next !== 'number') return { body: '', outcome: 'refused' };
    taken += next;
    if (framing.isDone) return { body, outcome: `whole after ${taken} bytes` };
  }
  return { body, outcome: 'not whole' };
}
