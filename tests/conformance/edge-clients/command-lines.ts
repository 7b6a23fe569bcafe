import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Target } from './gateways.ts';
import { httpCalls, type HttpCall } from './http-calls.ts';
import { run } from './run.ts';

/** What a client saw of each of `httpCalls`, by path: null where all was well. */
export type HttpOutcomes = Readonly<Record<string, string | null>>;

const marker = '\n--- ';

/** One connection of curl for all calls, where curl can. @param version its option, and how curl writes that version. */
export function callWithCurl(target: Target, [option, written]: readonly [string, string]): Promise<HttpOutcomes> {
  // The curl of Debian 12 breaks off when it uses such a connection for a second request, whatever the server.
  const alone = option === '--http2-prior-knowledge';
  const trust = target.ca === null ? [] : ['--cacert', target.ca.file];
  const common = ['--silent', '--show-error', '--no-buffer', '--max-time', '30', option, ...trust];
  const told = `${marker}%{http_version} %{http_code} %{num_connects}${marker}`;
  return withBodies(async (bodyFile) => {
    const requests = httpCalls.map((call) => {
      const headers = headerLines(call).flatMap((line) => ['--header', line]);
      const data = ['--data-binary', `@${bodyFile(call)}`, `${target.url}${call.path}`];
      return [...common, '--write-out', told, ...headers, ...data];
    });
    const together = requests.flatMap((request, index) => (index === 0 ? request : ['--next', ...request]));
    const output = alone
      ? (await Promise.all(requests.map((request) => run('curl', request)))).join('')
      : await run('curl', together);
    const parts = output.split(marker);
    return Object.fromEntries(
      httpCalls.map((call, index) => {
        const expected = `${written} 200 ${alone || index === 0 ? 1 : 0}`;
        const seen = parts[2 * index + 1];
        return [call.path, seen === expected ? call.check(parts[2 * index] ?? '') : `${seen} is not ${expected}`];
      }),
    );
  });
}

/** nghttp, which speaks HTTP/2 alone: each call so many times at once. */
export function callWithNghttp(target: Target, times: number): Promise<HttpOutcomes> {
  return withBodies(async (bodyFile) => {
    const outcomes = httpCalls.map(async (call) => {
      const headers = headerLines(call).flatMap((line) => ['--header', line]);
      const url = `${target.url}${call.path}`;
      const args = ['--no-verify-peer', `--multiply=${times}`, ...headers, `--data=${bodyFile(call)}`, url];
      const output = await run('nghttp', args);
      const answers = output.split(/(?=data: \{"model_name")|(?<!data: )(?=\{"model_name")/);
      const wrong = answers.map(call.check).find((verdict) => verdict !== null);
      return [call.path, wrong ?? (answers.length === times ? null : `${answers.length} answers: ${output}`)] as const;
    });
    return Object.fromEntries(await Promise.all(outcomes));
  });
}

function headerLines({ headers }: HttpCall): string[] {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
}

/** Lays the bodies down as files, as long as `use` takes. */
async function withBodies<T>(use: (bodyFile: (call: HttpCall) => string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-bodies-'));
  const bodyFile = (call: HttpCall): string => join(folder, String(httpCalls.indexOf(call)));
  for (const call of httpCalls) writeFileSync(bodyFile(call), call.body);
  try {
    return await use(bodyFile);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
