import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventParser } from './event-parser.ts';

const stream = [
  'retry: 1500\n\n',
  ':\n\n',
  'event: changed\nid: 7\ndata: {"kind":"route","name":"iris"}\n\n',
  'data: one\r\ndata: two\r\n\r\n',
  'event: empty\nid: 9\n\n',
  'nonsense\ndata:x\n\n',
].join('');

const events = [
  { event: 'changed', data: '{"kind":"route","name":"iris"}', id: '7' },
  { event: 'message', data: 'one\ntwo', id: '7' },
  { event: 'message', data: 'x', id: '9' },
];

test('events are the same, wherever the network cuts the stream', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: stream.length - 1 }), { maxLength: 20 }), (cuts) => {
      const parser = new EventParser();
      const ends = [...new Set([...cuts, stream.length])].toSorted((a, b) => a - b);
      let from = 0;
      const found = ends.flatMap((end) => parser.push(stream.slice(from, (from = end))));
      expect(found).toEqual(events);
      expect([parser.lastId, parser.retryMs]).toEqual(['9', 1_500]);
    }),
  );
});

test('an event that is not complete is not given', () => {
  const parser = new EventParser();
  expect(parser.push('event: a\ndata: 1\n')).toEqual([]);
  expect(parser.push('\n')).toEqual([{ event: 'a', data: '1', id: '' }]);
});

test('an event without end is refused before it fills the memory', () => {
  const parser = new EventParser();
  const line = `data: ${'x'.repeat(1_000_000)}\n`;
  expect(() => {
    for (let count = 0; count < 20; count += 1) parser.push(line);
  }).toThrow(RangeError);
});
