import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { errorTable } from '@cluster-ai/core/errors.ts';

/** The page that this tool writes; a test holds it to the table. */
export const errorPage = new URL('../docs/reference/errors.md', import.meta.url);

/** The reference page of all errors: one heading a code, so that `errors.md#not_found` is the anchor of NOT_FOUND. */
export function renderErrorPage(): string {
  const entries = Object.entries(errorTable);
  const rows = entries.map(
    ([code, { http, grpc, retryable }]) =>
      `| [${code}](#${code.toLowerCase()}) | ${http} | ${grpc} | ${retryable ? 'yes' : 'no'} |`,
  );
  const sections = entries.map(
    ([code, { http, grpc, retryable, meaning }]) =>
      `## ${code}\n\n${meaning}\n\nHTTP ${http}, gRPC ${grpc}. ${retryable ? 'The same request may be repeated.' : 'Repeating the same request does not help.'}\n`,
  );
  return [
    '# Errors',
    '',
    '<!-- Written by tools/generate-error-docs.ts from packages/core/src/errors.ts. Change the table, then run `node tools/generate-error-docs.ts`. -->',
    '',
    'Everything that can go wrong has one code of this table. Each protocol shows it in its own form: the Open Inference',
    'Protocol as `{"error": "<sentence>"}` with the HTTP status, the control API as a problem document (RFC 9457) whose',
    '`code` is the one below, the command line as the sentence and what to do next.',
    '',
    '| Code | HTTP | gRPC | Repeat? |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    ...sections,
  ].join('\n');
}

const isStartedDirectly = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isStartedDirectly) writeFileSync(errorPage, renderErrorPage());
