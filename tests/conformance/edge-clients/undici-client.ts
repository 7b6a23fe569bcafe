import { TLSSocket } from 'node:tls';
import { buildConnector, Pool } from 'undici';
import type { HttpOutcomes } from './command-lines.ts';
import type { Target } from './gateways.ts';
import { httpCalls } from './http-calls.ts';

export interface UndiciOutcome {
  readonly outcomes: HttpOutcomes;
  readonly connections: number;
  /** What the handshakes agreed on; `plain` without one. */
  readonly protocol: string;
}

/** Makes each call so many times at once, on one connection. */
export async function callWithUndici(
  target: Target,
  options: { readonly pipelining?: number; readonly allowH2?: boolean },
  times: number,
): Promise<UndiciOutcome> {
  const { allowH2 = false } = options;
  const connector = buildConnector({ allowH2, ...(target.ca === null ? {} : { ca: target.ca.text }) });
  let connections = 0;
  let protocol = '';
  const pool = new Pool(target.url, {
    ...options,
    connections: 1,
    connect: (wanted, done) =>
      connector(wanted, (...outcome) => {
        const [, socket] = outcome;
        connections += 1;
        protocol = socket instanceof TLSSocket ? String(socket.alpnProtocol) : 'plain';
        done(...outcome);
      }),
  });
  try {
    const outcomes = httpCalls.map(async ({ path, headers, body, check }) => {
      const answers = Array.from({ length: times }, async () => {
        const answer = await pool.request({ path, method: 'POST', headers, body, idempotent: true });
        const text = await answer.body.text();
        return answer.statusCode === 200 ? check(text) : `${answer.statusCode} ${text}`;
      });
      return [path, (await Promise.all(answers)).find((verdict) => verdict !== null) ?? null] as const;
    });
    return { outcomes: Object.fromEntries(await Promise.all(outcomes)), connections, protocol };
  } finally {
    await pool.close();
  }
}
