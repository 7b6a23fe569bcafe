import type { IncomingMessage } from 'node:http';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import { ClusterError, errorTable, toClusterError } from '@cluster-ai/core/errors.ts';
import { startFakeHttpServer } from './fake-http-server.ts';

/** A call as the fake received it, read with the schemas of its endpoint. */
export interface FakeCall<E extends Endpoint = Endpoint> {
  readonly id: string;
  readonly params: E['params']['_zod']['output'];
  readonly query: E['query']['_zod']['output'];
  readonly body: E['body']['_zod']['output'];
  readonly headers: IncomingMessage['headers'];
}

/** What answers one endpoint; made by `answering`. */
export interface FakeEndpoint {
  readonly target: Endpoint;
  readonly answer: (call: FakeCall) => FakeAnswer | Promise<FakeAnswer>;
}

interface FakeAnswer {
  readonly data: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeControlPlane {
  readonly url: string;
  /** Calls that an endpoint answered, oldest first. */
  readonly calls: FakeCall[];
  close(): Promise<void>;
}

/** Answers an endpoint with data of its contract; a ClusterError that is thrown becomes its problem document. */
export function answering<E extends Endpoint>(
  target: E,
  answer: (call: FakeCall<E>) => E['answer']['_zod']['input'] | Promise<E['answer']['_zod']['input']>,
  headers: Readonly<Record<string, string>> = {},
): FakeEndpoint {
  // The call is read with the schemas of this very endpoint before it is handed on.
  return { target, answer: async (call) => ({ data: await answer(call as FakeCall<E>), headers }) };
}

/**
 * A control plane that answers by the contract and has nothing behind it: what comes in and what goes out is checked
 * against the schemas, so a test of a client cannot agree on something else than the server does.
 */
export async function startFakeControlPlane(endpoints: readonly FakeEndpoint[]): Promise<FakeControlPlane> {
  const calls: FakeCall[] = [];
  const server = await startFakeHttpServer((request, response) => {
    void (async () => {
      try {
        const { target, call, answer } = await readCall(endpoints, request);
        calls.push(call);
        const { data, headers } = await answer(call);
        const text = JSON.stringify(target.answer.parse(data));
        response.writeHead(target.status, { 'content-type': 'application/json', ...headers }).end(text);
      } catch (error) {
        const { code, message, fix } = toClusterError(error);
        const status = errorTable[code].http;
        const problem = { type: `#${code}`, title: code, status, detail: message, code, requestId: 'req-1', fix };
        response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
        // A mistake of the test itself is told where it can be seen.
        if (!(error instanceof ClusterError)) process.stderr.write(`fake control plane: ${String(error)}\n`);
      }
    })();
  });
  return { url: server.url, calls, close: server.close };
}

async function readCall(endpoints: readonly FakeEndpoint[], request: IncomingMessage) {
  const url = new URL(request.url ?? '/', 'http://fake');
  for (const { target, answer } of endpoints) {
    const params = request.method === target.method ? matchPath(target.path, url.pathname) : null;
    if (params === null) continue;
    const text = Buffer.concat(await request.toArray()).toString();
    const call: FakeCall = {
      id: target.id,
      params: target.params.parse(params),
      query: target.query.parse(Object.fromEntries(url.searchParams)),
      body: target.body.parse(text === '' ? {} : JSON.parse(text)),
      headers: request.headers,
    };
    return { target, call, answer };
  }
  throw new ClusterError('NOT_FOUND', `${request.method} ${url.pathname} is not answered by this fake`);
}

/** The parameters of a path of the contract's form, or null when it is another path. */
function matchPath(pattern: string, path: string): Record<string, string> | null {
  const names = pattern.split('/');
  const parts = path.split('/');
  if (names.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const part = decodeURIComponent(parts[index] ?? '');
    if (name.startsWith(':')) params[name.slice(1)] = part;
    else if (name !== part) return null;
  }
  return params;
}
