import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import { ClusterError, errorTable } from '@cluster-ai/core/errors.ts';
import type { z } from 'zod';
import type { MockState } from './state.ts';

export interface MockCall<E extends Endpoint> {
  readonly params: z.output<E['params']>;
  readonly query: z.output<E['query']>;
  readonly body: z.output<E['body']>;
  readonly state: MockState;
  /** How many bytes came with the call. */
  readonly bodyBytes: number;
}

export interface MockEndpoint {
  readonly target: Endpoint;
  /** @throws ClusterError for a refusal */
  readonly answer: (call: MockCall<Endpoint>) => unknown;
}

/** An endpoint of the contract with what the mock answers; the answer is checked against the contract before it leaves. */
export function mockEndpoint<E extends Endpoint>(
  target: E,
  answer: (call: MockCall<E>) => z.input<E['answer']>,
): MockEndpoint {
  return { target, answer };
}

/** Answers a call of the API from a table of endpoints. */
export function answerCall(
  endpoints: readonly MockEndpoint[],
  request: IncomingMessage,
  bodyText: string,
  state: MockState,
): { readonly status: number; readonly document: unknown; readonly retryAfterSeconds?: number | undefined } {
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://mock');
    const found = findEndpoint(endpoints, request.method ?? 'GET', pathname);
    if (found === null) throw new ClusterError('NOT_FOUND', `the mock has no ${request.method} ${pathname}`);
    const { target, answer } = found.endpoint;
    refuseBare(target, request, state);
    const isJson = target.bodyType === undefined && bodyText !== '';
    const input = checked(target.body, isJson ? JSON.parse(bodyText) : {}, 'body');
    const document = target.answer.parse(
      answer({
        params: checked(target.params, found.params, 'params'),
        query: checked(target.query, Object.fromEntries(searchParams), 'query'),
        body: input,
        state,
        bodyBytes: Number(request.headers['content-length'] ?? 0),
      }),
    );
    return { status: target.status, document };
  } catch (thrown) {
    if (!(thrown instanceof ClusterError)) throw thrown;
    return problem(thrown);
  }
}

function findEndpoint(endpoints: readonly MockEndpoint[], method: string, pathname: string) {
  for (const endpoint of endpoints) {
    const names = [...endpoint.target.path.matchAll(/:([A-Za-z0-9]+)/g)].map((match) => match[1] ?? '');
    const pattern = new RegExp(`^${endpoint.target.path.replaceAll(/:[A-Za-z0-9]+/g, '([^/]+)')}$`);
    const match = endpoint.target.method === method ? pattern.exec(pathname) : null;
    if (match === null) continue;
    const params = Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]));
    return { endpoint, params };
  }
  return null;
}

/** As the control plane does: who nobody is may do nothing, and a changing call of a session brings its token. */
function refuseBare(target: Endpoint, request: IncomingMessage, state: MockState): void {
  if (state.scenario === 'refusing') {
    throw new ClusterError('DATABASE_UNAVAILABLE', 'the database does not answer', {
      fix: 'check that PostgreSQL runs',
    });
  }
  if (target.access === 'public') return;
  if (state.who === 'nobody' || state.who === 'setup') {
    throw new ClusterError('UNAUTHENTICATED', 'this call needs a session or a key');
  }
  if (request.method !== 'GET' && state.who !== 'loopback' && request.headers['x-csrf-token'] !== 'mock-csrf') {
    throw new ClusterError('PERMISSION_DENIED', 'the call did not bring the token of its session');
  }
  const ranks = ['read', 'viewer', 'operator', 'admin'];
  const rank = state.who === 'loopback' ? 0 : ranks.indexOf(state.who);
  if (rank < ranks.indexOf(target.access)) {
    throw new ClusterError('PERMISSION_DENIED', `${target.id} needs the role ${target.access}`);
  }
}

function checked(schema: z.ZodType, value: unknown, where: string): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `${[where, ...path].join('.')}: ${message}`);
  throw new ClusterError('INVALID_ARGUMENT', lines.join('; '));
}

function problem(error: ClusterError) {
  const document = {
    type: `urn:cluster-ai:error:${error.code.toLowerCase()}`,
    title: errorTable[error.code].meaning,
    status: error.httpStatus,
    detail: error.message,
    code: error.code,
    requestId: 'mock-1',
    ...(error.fix === undefined ? {} : { fix: error.fix }),
  };
  return { status: error.httpStatus, document, retryAfterSeconds: error.retryAfterSeconds };
}

export function sendJson(response: ServerResponse, status: number, body: unknown, retryAfterSeconds?: number): void {
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
