import { readFileSync } from 'node:fs';
import { errorTable } from '@cluster-ai/core/errors.ts';
import { expect, test } from 'vitest';
import { errorPage, renderErrorPage } from './generate-error-docs.ts';

test('the page of errors is what the table says: run `node tools/generate-error-docs.ts` when it is not', () => {
  expect(readFileSync(errorPage, 'utf8')).toBe(renderErrorPage());
});

test('every code has its anchor', () => {
  const headings = [...renderErrorPage().matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(Object.keys(errorTable));
});
