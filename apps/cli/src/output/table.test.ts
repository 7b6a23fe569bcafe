import { expect, test } from 'vitest';
import { bytesText, renderFields, renderTable, secondsText, timeText } from './table.ts';

test('columns are as wide as their widest cell, without blanks at the end', () => {
  expect(
    renderTable(
      ['NAME', 'STATE'],
      [
        ['iris', 'READY'],
        ['a-long-name', ''],
      ],
    ),
  ).toBe('NAME         STATE\niris         READY\na-long-name');
  expect(renderTable(['NAME'], [])).toBe('NAME');
  expect(renderFields({ a: '1', longer: '2' })).toBe('a       1\nlonger  2');
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_204, '1.2 kB'],
  [100_000_000, '100 MB'],
  [10 * 2 ** 30, '10.7 GB'],
])('%d bytes read %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test.each([
  [1_234, '1.23 s'],
  [12_345, '12.3 s'],
])('%d ms read %s', (milliseconds, text) => {
  expect(secondsText(milliseconds)).toBe(text);
});

test('what somebody typed cannot steer the terminal', () => {
  expect(renderTable(['NAME'], [['red\u001B[31m\u009B1m\u202Eend\nnext']])).toBe(
    String.raw`NAME
red\u001b[31m\u009b1m\u202eend\nnext`,
  );
  expect(renderFields({ name: 'a\tb' })).toBe(String.raw`name  a\u0009b`);
});

test('times are written to the minute, with their zone', () => {
  expect(timeText('2026-12-01T09:30:12.345Z')).toBe('2026-12-01 09:30Z');
  expect(timeText(null, 'never')).toBe('never');
});
