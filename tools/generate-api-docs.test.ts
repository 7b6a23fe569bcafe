import { globSync, readFileSync } from 'node:fs';
import { allEndpoints } from '@cluster-ai/contract/api/all-endpoints.ts';
import { expect, test } from 'vitest';
import { apiPage, openApiFile, renderApiPage, renderOpenApi } from './generate-api-docs.ts';

test('the documents of the API are what the contract says: run `make docs` when they are not', () => {
  expect(readFileSync(openApiFile, 'utf8')).toBe(renderOpenApi());
  expect(readFileSync(apiPage, 'utf8')).toBe(renderApiPage());
});

test('every endpoint of the contract is in the documents', () => {
  const folder = new URL('../packages/contract/src/api/', import.meta.url);
  const files = globSync('*.ts', { cwd: folder.pathname }).filter((file) => !file.endsWith('.test.ts'));
  const ids = files.flatMap((file) =>
    [...readFileSync(new URL(file, folder), 'utf8').matchAll(/^ {2}id: '(\w+)'/gm)].map(([, id = '']) => id),
  );
  expect(allEndpoints.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
});

test('an answer that could be kept names nothing that is a secret', () => {
  const secret = /^(secret|token|code|password|csrfToken|url)$/;
  const document: unknown = JSON.parse(renderOpenApi());
  const kept = allEndpoints.filter(({ secretAnswer, method }) => secretAnswer !== true && method !== 'GET');
  const names = kept.flatMap(({ id }) => namesIn(successOf(document, id)).map((name) => ({ id, name })));
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter(({ name }) => secret.test(name))).toEqual([]);
});

/** The schemas of an operation's successful answers. */
function successOf(document: unknown, id: string): unknown {
  const operations = valuesOf(valuesIn(document, 'paths')).flatMap(valuesOf);
  const found = operations.find((operation) => valuesIn(operation, 'operationId') === id);
  const responses = valuesIn(found, 'responses');
  return [valuesIn(responses, '200'), valuesIn(responses, '201')].map((answer) => valuesIn(answer, 'content'));
}

function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Object.keys(Object(valuesIn(value, 'properties')));
  return [...own, ...valuesOf(value).flatMap(namesIn)];
}

function valuesIn(value: unknown, name: string): unknown {
  return new Map<string, unknown>(Object.entries(Object(value))).get(name);
}

function valuesOf(value: unknown): unknown[] {
  return Object.values(Object(value));
}
