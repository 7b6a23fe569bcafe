import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The page that this tool writes; a test holds it to the list. */
export const coveragePage = new URL('../docs/reference/open-inference-coverage.md', import.meta.url);
const list = new URL('../tests/conformance/open-inference/coverage.json', import.meta.url);

/** One behaviour of an endpoint: the test that shows it, or why it is not done. */
export interface CoverageRow {
  readonly behaviour: string;
  readonly test?: { readonly path: string; readonly title: string };
  readonly notDone?: string;
}

export interface CoverageSection {
  readonly endpoint: string;
  readonly rows: readonly CoverageRow[];
}

export function readCoverage(): CoverageSection[] {
  return JSON.parse(readFileSync(list, 'utf8')) as CoverageSection[]; // A test looks at each row.
}

/** The reference page of the Open Inference Protocol: what is served, and what shows it. */
export function renderCoveragePage(sections: readonly CoverageSection[]): string {
  const rows = sections.flatMap((section) => section.rows);
  const done = rows.filter(({ test }) => test !== undefined).length;
  return [
    '# The Open Inference Protocol, row by row',
    '',
    '<!-- Written by tools/generate-coverage-docs.ts from tests/conformance/open-inference/coverage.json. Change the list, then run `make docs`. -->',
    '',
    `Each behaviour has the test that shows it, or the reason why it is not done: ${done} of ${rows.length} are done. The tests under`,
    '`tests/conformance/open-inference` know nothing but addresses and a folder of models, and can judge another server, one',
    'file after the other. It has to watch the folder, in which they write their models; the key may load and unload.',
    '',
    '```sh',
    'export CLUSTER_AI_CONFORMANCE_URL=http://localhost:8000 CLUSTER_AI_CONFORMANCE_GRPC=localhost:8001',
    'export CLUSTER_AI_CONFORMANCE_REPOSITORY=/srv/models CLUSTER_AI_CONFORMANCE_KEY=…',
    'vitest run --project system --no-file-parallelism tests/conformance/open-inference',
    '```',
    '',
    ...sections.flatMap(renderSection),
  ].join('\n');
}

function renderSection({ endpoint, rows }: CoverageSection): string[] {
  const lines = rows.map(({ behaviour, test, notDone }) => {
    const shown = test === undefined ? `**not done**: ${notDone}` : `[${test.title}](../../${test.path})`;
    return `| ${behaviour} | ${shown} |`;
  });
  return [`## ${endpoint}`, '', '| Behaviour | Shown by |', '| --- | --- |', ...lines, ''];
}

/** @returns rows that name a test which is not there, or neither a test nor a reason. */
export function findUnshown(sections: readonly CoverageSection[]): string[] {
  return sections.flatMap(({ endpoint, rows }) =>
    rows.flatMap(({ behaviour, test, notDone }) => {
      if ((test === undefined) === (notDone === undefined)) return [`${endpoint}: ${behaviour}: a test or a reason`];
      if (test === undefined) return [];
      const text = readFileSync(fileURLToPath(new URL(`../${test.path}`, import.meta.url)), 'utf8');
      // A title stands between quotes, which it may have itself.
      const isThere = ["'", '"', '`'].some((quote) => text.replaceAll('\\', '').includes(quote + test.title + quote));
      return isThere ? [] : [`${endpoint}: ${behaviour}: ${test.path} has no “${test.title}”`];
    }),
  );
}

const isStartedDirectly = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isStartedDirectly) writeFileSync(coveragePage, renderCoveragePage(readCoverage()));
