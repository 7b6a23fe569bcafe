import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';

let token: string | null = null;

/** Keeps the token of the present session; null forgets it. It lives in memory alone. */
export function keepCsrfToken(fresh: string | null): void {
  token = fresh;
}

/** What proves that a changing call comes from this page and not from another site's form. */
export function csrfHeaders(method: Endpoint['method']): Readonly<Record<string, string>> {
  return method === 'GET' || token === null ? {} : { 'x-csrf-token': token };
}
