import { Agent, request } from 'node:http';
import { pause } from './start-platform.ts';

/** One prediction that is sent again and again, and the check of its answer. */
export interface LoadRequest {
  readonly path: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** @returns null for a right answer, or what is wrong with it. */
  readonly check: (body: string) => string | null;
}

export type Outcome =
  | { readonly kind: 'answered'; readonly durationMs: number; readonly body: string }
  | { readonly kind: 'wrong'; readonly text: string }
  | { readonly kind: 'error'; readonly status: number; readonly text: string }
  /** No connection, or one that ended before it had carried an answer: the server never took the request. */
  | { readonly kind: 'refused'; readonly text: string }
  /** The connection ended after the request was sent on a connection that had served before. */
  | { readonly kind: 'lost'; readonly text: string };

/** Sends one request over an agent's connection. */
export function sendOnce(url: string, load: LoadRequest, agent: Agent): Promise<Outcome> {
  const startedAtMs = performance.now();
  return new Promise((resolve) => {
    const call = request(
      new URL(load.path, url),
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(load.body),
          ...load.headers,
        },
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (body += chunk));
        response.on('end', () => resolve(judge(response.statusCode ?? 0, body, performance.now() - startedAtMs, load)));
        response.on('error', (error) => resolve({ kind: 'lost', text: error.message }));
      },
    );
    call.on('error', (error) => resolve({ kind: call.reusedSocket ? 'lost' : 'refused', text: error.message }));
    call.end(load.body);
  });
}

function judge(status: number, body: string, durationMs: number, load: LoadRequest): Outcome {
  if (status !== 200) return { kind: 'error', status, text: body };
  const wrong = load.check(body);
  return wrong === null ? { kind: 'answered', durationMs, body } : { kind: 'wrong', text: wrong };
}

export interface SteadyLoad {
  readonly outcomes: readonly Outcome[];
  stop(): Promise<readonly Outcome[]>;
}

/**
 * Keeps `clients` connections busy until it is stopped.
 * @param pauseMs between two requests of one client: 0 is closed-loop at full speed.
 */
export function startSteadyLoad(
  url: string,
  load: LoadRequest,
  options: { readonly clients: number; readonly pauseMs: number },
): SteadyLoad {
  const outcomes: Outcome[] = [];
  let stopped = false;
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!stopped) {
      const outcome = await sendOnce(url, load, agent);
      outcomes.push(outcome);
      // A refused connection must not become a busy loop.
      await pause(outcome.kind === 'refused' ? Math.max(20, options.pauseMs) : options.pauseMs);
    }
    agent.destroy();
  };
  const clients = Array.from({ length: options.clients }, client);
  return {
    outcomes,
    async stop() {
      stopped = true;
      await Promise.all(clients);
      return outcomes;
    },
  };
}

/** Sends `count` requests over `clients` connections; `make` may vary them. */
export async function sendMany(
  url: string,
  count: number,
  clients: number,
  make: (index: number) => LoadRequest,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (next < count) {
      const index = next;
      next += 1;
      outcomes[index] = await sendOnce(url, make(index), agent);
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: clients }, client));
  return outcomes;
}

export function countKinds(outcomes: readonly Outcome[]): Readonly<Record<Outcome['kind'], number>> {
  const counts = { answered: 0, wrong: 0, error: 0, refused: 0, lost: 0 };
  for (const outcome of outcomes) counts[outcome.kind] += 1;
  return counts;
}

/** The value below which `share` of the answered requests lie, milliseconds. */
export function latencyMs(outcomes: readonly Outcome[], share: number): number {
  const sorted = outcomes
    .flatMap((outcome) => (outcome.kind === 'answered' ? [outcome.durationMs] : []))
    .toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
