import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { allEndpoints } from '@cluster-ai/contract/api/all-endpoints.ts';
import { takesIdempotencyKey } from '@cluster-ai/contract/api/endpoint.ts';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import { openApiDocument } from '@cluster-ai/contract/api/open-api.ts';
import packageJson from '../package.json' with { type: 'json' };

/** What this tool writes; a test holds both to the contract. */
export const openApiFile = new URL('../docs/reference/openapi.json', import.meta.url);
export const apiPage = new URL('../docs/reference/api.md', import.meta.url);

export function renderOpenApi(): string {
  return `${JSON.stringify(openApiDocument(packageJson.version), null, 2)}\n`;
}

/** The page of all endpoints for people. */
export function renderApiPage(): string {
  const rows = allEndpoints.map((target) => {
    const { method, path, summary, access } = target;
    return `| \`${method} ${path}\` | ${summary} | ${access} | ${marks(target)} |`;
  });
  return [
    '# Control API',
    '',
    '<!-- Written by tools/generate-api-docs.ts from packages/contract/src/api. Change the contract, then run `make docs`. -->',
    '',
    'How to call it is in the [guide](../guides/api.md); the whole of it, with every field, is',
    '[openapi.json](openapi.json), which a control plane serves at `GET /api/v1/openapi.json`.',
    '',
    'Marks: **E** sends an ETag, **M** honours `If-Match`, **K** takes an `Idempotency-Key`, **L** is a list with filter and sort.',
    '',
    '| Call | What it does | Who may | |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function marks(target: Endpoint): string {
  return [
    target.tag === undefined ? '' : 'E',
    target.ifMatch === true ? 'M' : '',
    takesIdempotencyKey(target) ? 'K' : '',
    'list' in target.query ? 'L' : '',
  ].join('');
}

const isStartedDirectly = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isStartedDirectly) {
  writeFileSync(openApiFile, renderOpenApi());
  writeFileSync(apiPage, renderApiPage());
}
