import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { coveragePage, findUnshown, readCoverage, renderCoveragePage } from './generate-coverage-docs.ts';

test('the page of coverage is what the list says: run `make docs` when it is not', () => {
  expect(readFileSync(coveragePage, 'utf8')).toBe(renderCoveragePage(readCoverage()));
});

test('each behaviour has a test that is there, or a reason', () => {
  expect(findUnshown(readCoverage())).toEqual([]);
});

test('a test that is not there, and a row without either, are found', () => {
  const path = 'tools/generate-coverage-docs.test.ts';
  const rows = [{ behaviour: 'a', test: { path, title: ['no', 'such', 'test'].join(' ') } }, { behaviour: 'b' }];
  expect(findUnshown([{ endpoint: 'GET /', rows }])).toEqual([
    `GET /: a: ${path} has no “no such test”`,
    'GET /: b: a test or a reason',
  ]);
});
