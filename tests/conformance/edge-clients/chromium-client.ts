import type { Browser } from 'playwright-core';
import type { HttpOutcomes } from './command-lines.ts';
import { until } from '../../start-platform.ts';
import type { Target } from './gateways.ts';
import { httpCalls, type HttpCall } from './http-calls.ts';

export interface ChromiumOutcome {
  readonly outcomes: HttpOutcomes;
  /** Of all its requests, as the page is told. */
  readonly protocols: readonly string[];
}

/** Makes each call so many times at once with `fetch`, on a page of the gateway's own origin. */
export async function callWithChromium(browser: Browser, target: Target, times: number): Promise<ChromiumOutcome> {
  // The certificate is of the test, and no authority of the browser's has signed it.
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  try {
    const authorization = `Bearer ${target.key}`;
    await until('the gateway knows the key', 20_000, async () => {
      const answer = await context.request.get(`${target.url}/v2/models/iris`, { headers: { authorization } });
      return answer.ok();
    });
    const page = await context.newPage();
    await page.goto(`${target.url}/v2/health/ready`);
    const outcomes: Record<string, string | null> = {};
    for (const call of httpCalls) {
      const answers = await page.evaluate<readonly string[]>(script(call, authorization, times));
      outcomes[call.path] = answers.map(call.check).find((verdict) => verdict !== null) ?? null;
    }
    const protocols = await page.evaluate<readonly string[]>(
      `[...new Set(performance.getEntriesByType('resource').map(({ nextHopProtocol }) => nextHopProtocol))]`,
    );
    return { outcomes, protocols };
  } finally {
    await context.close();
  }
}

/** What the page runs; a stream is read as it comes. */
function script({ path, headers, body }: HttpCall, authorization: string, times: number): string {
  const [url, init, bytes] = [
    path,
    { method: 'POST', headers: { ...headers, authorization } },
    body.toString('base64'),
  ].map((value) => JSON.stringify(value));
  return `Promise.all(Array.from({ length: ${times} }, async () => {
    const body = Uint8Array.from(atob(${bytes}), (character) => character.charCodeAt(0));
    const answer = await fetch(${url}, { ...${init}, body });
    const decoder = new TextDecoder();
    let text = '';
    for await (const part of answer.body) text += decoder.decode(part, { stream: true });
    return text;
  }))`;
}
