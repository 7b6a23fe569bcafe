import type { GatewayProcess } from '../start-gateway.ts';

/** What one call to a gateway was answered. */
export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface GatewayCall {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export async function callGateway(gateway: GatewayProcess, call: GatewayCall): Promise<GatewayAnswer> {
  const response = await fetch(`${gateway.url}${call.path}`, {
    method: call.method ?? 'GET',
    headers: call.headers ?? {},
    body: call.body ?? null,
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** One prediction of a model of `test-models.ts`. */
export function predictOn(gateway: GatewayProcess, key: string | null, model = 'adder'): Promise<GatewayAnswer> {
  return callGateway(gateway, {
    method: 'POST',
    path: `/v2/models/${model}/infer`,
    headers: { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }] }),
  });
}

/** Calls `work` `count` times, `width` at once. */
export async function manyAtOnce<T>(count: number, width: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      results[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

/** What is left of a limit, by the header `RateLimit`. */
export function remaining({ headers }: GatewayAnswer, limit: 'rate' | 'day'): number {
  return Number(new RegExp(`"${limit}";r=(\\d+)`).exec(headers.get('ratelimit') ?? '')?.[1] ?? Number.NaN);
}
