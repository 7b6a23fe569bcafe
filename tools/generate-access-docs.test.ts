import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { accessPage, renderAccessPage } from './generate-access-docs.ts';

test('the page of who may call what is what the contract says: run `make docs` when it is not', async () => {
  expect(readFileSync(accessPage, 'utf8')).toBe(await renderAccessPage());
});
