import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../../start-platform.ts';

const program = join(repository, '.tools/schemathesis/bin/schemathesis');
const timeoutMs = 170_000;

/** The same requests each time, so that what one run found is found again. */
const seed = 1;

/**
 * What is asked of every answer. Two checks of schemathesis are left out, because a schema cannot say all that they
 * suppose: positive_data_acceptance (what a schema allows may name a model that is not there, or build on an old
 * ETag) and negative_data_rejection (in an address everything is text, so a "wrong type" is often a good name).
 */
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
];

/** The stream of events never ends, gateways wait for a snapshot, and sign-in with a provider leaves for that one. */
const leftOut = '^/api/v1/(events|fleet/snapshot|oidc/.*)$';

/** The part of its JSON report that is read here. */
interface Report {
  readonly exit_code: number;
  readonly complete: boolean;
  readonly operations: { readonly tested: number };
  readonly test_cases: { readonly generated: number };
  readonly warnings: { readonly missing_auth: readonly string[] };
}

export interface SchemathesisRun {
  readonly exitCode: number;
  /** Operations that were called. */
  readonly operations: number;
  /** Requests that were made up. */
  readonly cases: number;
  /** Operations that refused the caller each time: 401 or 403. */
  readonly refused: readonly string[];
  /** What it prints for people. */
  readonly output: string;
}

/** Who calls, how often, and with what. */
export interface Caller {
  readonly token: string | null;
  readonly casesPerOperation: number;
  /** Values that exist, by parameter: half of the requests have one of them. The others are made up. */
  readonly known: Readonly<Record<string, readonly string[]>>;
}

/**
 * Calls the operations of the OpenAPI document that this control plane serves.
 * @throws Error when schemathesis is not installed, or ended without a report
 */
export async function runSchemathesis(url: string, caller: Caller): Promise<SchemathesisRun> {
  if (!existsSync(program)) {
    throw new Error(
      `${program} is missing: \`make test\` makes it from tests/conformance/control-api/requirements.txt`,
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'schemathesis-'));
  try {
    writeFileSync(join(folder, 'schemathesis.toml'), settings(caller));
    const output = await execute(folder, [`${url}/api/v1/openapi.json`, ...options(caller)]);
    const path = join(folder, 'report.json');
    if (!existsSync(path)) throw new Error(`schemathesis ended without a report:\n${output}`);
    const report = JSON.parse(readFileSync(path, 'utf8')) as Report; // The form that this pinned version writes.
    return {
      exitCode: report.complete ? report.exit_code : 1,
      operations: report.operations.tested,
      cases: report.test_cases.generated,
      refused: report.warnings.missing_auth,
      output,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function options({ token, casesPerOperation }: Caller): string[] {
  const pairs = [
    // The phase `coverage` would end with an error inside hypothesis under Python 3.11; the document has no examples.
    ['--phases', 'fuzzing'],
    ['--seed', String(seed)],
    ['--max-examples', String(casesPerOperation)],
    ['--checks', checks.join(',')],
    ['--exclude-path-regex', leftOut],
    // What an earlier run found must not change this one.
    ['--generation-database', 'none'],
    ['--report', 'json'],
    ['--report-json-path', 'report.json'],
    token === null
      ? ['--generation-with-security-parameters', 'false']
      : ['--header', `Authorization: Bearer ${token}`],
  ];
  return ['--continue-on-failure', ...pairs.flat()];
}

function settings({ known }: Caller): string {
  const names = Object.entries(known).map(([parameter, values], index) => ({ parameter, values, name: `d${index}` }));
  // A JSON string or list of strings is one of TOML, too.
  const dictionaries = names.map(({ name, values }) => `[dictionaries.${name}]\nvalues = ${JSON.stringify(values)}\n`);
  const bindings = names.map(
    ({ name, parameter }) => `${JSON.stringify(parameter)} = { dictionary = "${name}", probability = 0.5 }\n`,
  );
  return `${dictionaries.join('')}[parameters]\n${bindings.join('')}`;
}

/** What it printed, whatever its exit code: the report has that. */
function execute(folder: string, args: readonly string[]): Promise<string> {
  const inFolder = { cwd: folder, timeout: timeoutMs, maxBuffer: 64 * 2 ** 20 };
  return new Promise((resolve, reject) => {
    execFile(program, ['--no-color', 'run', ...args], inFolder, (error, stdout, stderr) => {
      if (error === null || typeof error.code === 'number') resolve(`${stdout}${stderr}`);
      else reject(new Error(`schemathesis ended with ${error.code ?? error.signal}:\n${stdout}${stderr}`));
    });
  });
}
