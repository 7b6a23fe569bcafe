import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Target } from './gateways.ts';
import { httpCalls, type HttpCall } from './http-calls.ts';
import { run } from './run.ts';

/** What a client saw of each of `httpCalls`, by path: null where all was well. */
export type HttpOutcomes = Readonly<Record<string, string | null>>;

const marker = '\n--- ';

/** One curl, one connection, all calls. @param version its option, and how curl writes that version. */
export function callWithCurl(target: Target, [option, written]: readonly [string, string]): Promise<HttpOutcomes> {
  return withBodies(async (bodyFile) => {
    const trust = target.ca === null ? [] : ['--cacert', target.ca.file];
    const common = ['--silent', '--show-error', '--no-buffer', '--max-time', '30', option, ...trust];
    const told = `${marker}%{http_version} %{http_code} %{num_connects}${marker}`;
    const args = httpCalls.flatMap((call, index) => {
      const headers = headerLines(call).flatMap((line) => ['--header', line]);
      const data = ['--data-binary', `@${bodyFile(call)}`, `${target.url}${call.path}`];
      return [...(index === 0 ? [] : ['--next']), ...common, '--write-out', told, ...headers, ...data];
    });
    const parts = (await run('curl', args)).split(marker);
    return Object.fromEntries(
      httpCalls.map((call, index) => {
        const expected = `${written} 200 ${index === 0 ? 1 : 0}`;
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
      const answers = output.split(/(?=(?:data: )?\{"model_name")/).filter((part) => part !== '' && part !== 'data: ');
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
