import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { configPage, envExample, renderConfigPage, renderEnvExample } from './generate-config-docs.ts';

test('the page of settings is what the schemas say: run `node tools/generate-config-docs.ts` when it is not', () => {
  expect(readFileSync(configPage, 'utf8')).toBe(renderConfigPage());
});

test('.env.example is what the schemas say: run `node tools/generate-config-docs.ts` when it is not', () => {
  expect(readFileSync(envExample, 'utf8')).toBe(renderEnvExample());
});

test('every setting says what it means', () => {
  const rows = renderConfigPage()
    .split('\n')
    .filter((line) => line.startsWith('| `') && line.split(' | ').length === 5);
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter((row) => row.split(' | ')[3]?.trim() === '')).toEqual([]);
});
