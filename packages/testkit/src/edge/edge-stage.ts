import type { Edge, EdgeOptions } from '@cluster-ai/platform/edge/edge.ts';
import { expect } from 'vitest';
import type { RawClient } from './raw-client.ts';
import type { HandlerState } from './test-handler.ts';

/** An edge that runs the test handler, and clients for it. */
export interface Stage {
  readonly edge: Edge;
  readonly state: HandlerState;
  readonly client: () => Promise<RawClient>;
}

/** Starts an edge with the suite's limits, some of them changed. What a test leaves open is closed after it. */
export type Start = (changed?: Partial<EdgeOptions>) => Promise<Stage>;

export const hostLine = 'Host: localhost\r\n';

export function get(path: string, headers = ''): string {
  return `GET ${path} HTTP/1.1\r\n${hostLine}${headers}\r\n`;
}

export function post(path: string, body: string, headers = ''): string {
  return `POST ${path} HTTP/1.1\r\n${hostLine}${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Asserts that something ends within `expectedMs` and five seconds more, and prints how long it took. */
export async function expectTimely(expectedMs: number, action: () => Promise<void>): Promise<void> {
  const startedAtMs = performance.now();
  await action();
  const tookMs = performance.now() - startedAtMs;
  process.stdout.write(`${expect.getState().currentTestName ?? ''}: ${Math.round(tookMs)} ms\n`);
  expect(tookMs).toBeLessThan(expectedMs + 5_000);
}
