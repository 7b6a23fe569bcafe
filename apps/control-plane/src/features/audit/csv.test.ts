import { chainStart } from '@cluster-ai/core/audit/audit-entry.ts';
import { expect, test } from 'vitest';
import { csvHeading, csvRecord } from './csv.ts';

const entry = {
  id: 1,
  at: '2026-01-31T23:59:59.999Z',
  actor: 'admin',
  action: 'x',
  target: 'iris',
  detail: {},
  requestId: 'r',
  previousHash: chainStart,
  hash: chainStart,
};

test('an entry is one record, as wide as the heading', () => {
  expect(csvHeading).toBe('id,at,actor,action,target,detail,requestId,previousHash,hash\r\n');
  expect(csvRecord({ ...entry, detail: { b: [1, 'two'], a: 'x "y"' } })).toBe(
    `1,2026-01-31T23:59:59.999Z,admin,x,iris,"{""a"":""x \\""y\\"""",""b"":[1,""two""]}",r,${chainStart},${chainStart}\r\n`,
  );
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1'])('%j is no formula', (target) => {
  const cell = csvRecord({ ...entry, target }).split(',')[4];
  expect(cell).toMatch(/^"?'/);
});

test('quotes, commas and lines stay inside their cell', () => {
  expect(csvRecord({ ...entry, target: 'a"b,c\nd' })).toContain(',"a""b,c\nd",');
});
