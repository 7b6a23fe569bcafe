import assert from 'node:assert/strict';
import { EventParser } from '@cluster-ai/contract/api/event-parser.ts';
import type { FuzzTarget } from '../engine/target.ts';

/** Server-sent events, read by command line and dashboard. */
export const target: FuzzTarget = {
  about: 'server-sent events, from whatever answers the command line: the same events, in whatever pieces they come',
  form: 'bytes',
  seeds: () => [
    'event: overview\nid: 1\ndata: {"a":1}\ndata: 2\n\n',
    ': comment\r\nretry: 1000\r\rdata\r\n\r\ndata:x\n\n',
  ],
  words: ['data:', 'event:', 'id:', 'retry:', '\r\n', '\r', '\n\n'],
  run: (input) => {
    const text = new TextDecoder().decode(input);
    const whole = new EventParser();
    const events = whole.push(text);
    const cut = text.length === 0 ? 0 : (input[0] ?? 0) % text.length;
    const pieces = new EventParser();
    const inPieces = [...pieces.push(text.slice(0, cut)), ...pieces.push(text.slice(cut))];
    assert.deepEqual(inPieces, events);
    assert.equal(pieces.lastId, whole.lastId);
    assert.equal(pieces.retryMs, whole.retryMs);
  },
};
