import { ClusterError, isErrorCode, type ErrorCode, type ErrorExtras } from '@cluster-ai/core/errors.ts';
import type { z } from 'zod';
import { certificateProblem, trustFix } from './certificate-problem.ts';
import type { Endpoint } from './endpoint.ts';
import { problemSchema } from './problem.ts';

export interface ClientOptions {
  /** Where the control plane listens, without a trailing slash: `http://localhost:3000`. */
  readonly baseUrl: string;
  readonly token?: string | undefined;
  /** Further headers of a call, asked for before each: what a browser session has to send along. */
  readonly headers?: ((method: Endpoint['method']) => Readonly<Record<string, string>>) | undefined;
  /** One call at most, milliseconds. */
  readonly timeoutMs: number;
  /** Sends a call in place of the global `fetch`. */
  readonly fetch?: ((url: string, request: RequestInit) => Promise<Response>) | undefined;
}

type Input<E extends Endpoint> = {
  readonly params?: z.input<E['params']>;
  readonly query?: z.input<E['query']>;
  readonly body?: z.input<E['body']>;
  readonly signal?: AbortSignal;
  /** Of a write: sent again with the same key, it is done once, and answered as the first time. */
  readonly idempotencyKey?: string | undefined;
  /** Of a write: the ETag of what was read before; PRECONDITION_FAILED when somebody has changed it since. */
  readonly ifMatch?: string | undefined;
  /** Of a read: the ETag of the answer that is there already. Of a PUT: `*`, when there must be nothing yet. */
  readonly ifNoneMatch?: string | undefined;
};

/** An answer with what its headers say. */
export interface TaggedAnswer<T> {
  readonly answer: T;
  /** To be sent as `ifMatch` with a change; null where the endpoint has none. */
  readonly etag: string | null;
  /** The request was done before: this is its first answer. */
  readonly replayed: boolean;
}

/**
 * Calls one endpoint of the control API and checks the answer against its schema.
 * @throws ClusterError with the server's code and text; CONTROL_PLANE_UNAVAILABLE when nobody answers, or the answer
 * breaks off; INTERNAL when what answers is no control plane of this contract.
 */
export async function callEndpoint<E extends Endpoint>(
  options: ClientOptions,
  target: E,
  input: Input<E> = {},
): Promise<z.output<E['answer']>> {
  const called = await callWithTag(options, target, input);
  if (called !== null) return called.answer;
  throw new ClusterError('INTERNAL', `'${target.id}' has not changed; callWithTag is the call for If-None-Match`);
}

/**
 * As `callEndpoint`, with the ETag of the answer.
 * @returns null when the answer is still the one of `ifNoneMatch`.
 */
export async function callWithTag<E extends Endpoint>(
  options: ClientOptions,
  target: E,
  input: Input<E> = {},
): Promise<TaggedAnswer<z.output<E['answer']>> | null> {
  const { ok, status, text, retryAfterSeconds, etag, replayed } = await send(options, target, input);
  if (status === 304) return null;
  if (!ok) throw problemError(status, text, options.baseUrl, retryAfterSeconds);
  const answer = target.answer.safeParse(parseJson(text));
  if (!answer.success) {
    throw new ClusterError(
      'INTERNAL',
      `${options.baseUrl} answered '${target.id}' in a form that is not its contract's`,
      {
        cause: answer.error,
        fix: 'check that the address is a control plane, and of this version',
      },
    );
  }
  // The schema is the endpoint's own, so its output type is what the caller was promised.
  return { answer: answer.data as z.output<E['answer']>, etag, replayed };
}

interface Answered {
  readonly ok: boolean;
  readonly status: number;
  readonly text: string;
  readonly retryAfterSeconds: number | undefined;
  readonly etag: string | null;
  readonly replayed: boolean;
}

async function send<E extends Endpoint>(options: ClientOptions, target: E, input: Input<E>): Promise<Answered> {
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers?.(target.method) };
  if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`;
  if (input.body !== undefined) headers['content-type'] = 'application/json';
  if (input.idempotencyKey !== undefined) headers['idempotency-key'] = input.idempotencyKey;
  if (input.ifMatch !== undefined) headers['if-match'] = input.ifMatch;
  if (input.ifNoneMatch !== undefined) headers['if-none-match'] = input.ifNoneMatch;
  const timeout = AbortSignal.timeout(options.timeoutMs);
  try {
    const response = await (options.fetch ?? fetch)(endpointUrl(options.baseUrl, target, input), {
      method: target.method,
      headers,
      body: input.body === undefined ? null : JSON.stringify(input.body),
      signal: input.signal === undefined ? timeout : AbortSignal.any([timeout, input.signal]),
    });
    // Reading belongs here: a control plane that ends in the middle of an answer is as far away as one that gave none.
    return {
      ok: response.ok,
      status: response.status,
      text: await response.text(),
      retryAfterSeconds: wholeSeconds(response.headers.get('retry-after')),
      etag: response.headers.get('etag'),
      replayed: response.headers.get('idempotency-replayed') === 'true',
    };
  } catch (cause) {
    const problem = certificateProblem(cause);
    if (problem !== null) {
      throw new ClusterError(
        'CONTROL_PLANE_UNAVAILABLE',
        `the control plane at ${options.baseUrl} shows a certificate that is not trusted: ${problem}`,
        { cause, fix: trustFix },
      );
    }
    throw new ClusterError('CONTROL_PLANE_UNAVAILABLE', `the control plane at ${options.baseUrl} does not answer`, {
      cause,
      fix: 'start it with `cluster-ai up`, or name another address with --server or CLUSTER_AI_SERVER',
    });
  }
}

function wholeSeconds(header: string | null): number | undefined {
  return header !== null && /^\d{1,9}$/.test(header) ? Number(header) : undefined;
}

/** The address of a call: path parameters filled in and escaped, query appended. */
export function endpointUrl<E extends Endpoint>(
  baseUrl: string,
  target: E,
  input: Pick<Input<E>, 'params' | 'query'>,
): string {
  const params = new Map<string, unknown>(Object.entries(input.params ?? {}));
  const path = target.path.replaceAll(/:([A-Za-z0-9]+)/g, (_match, name: string) =>
    encodeURIComponent(plainText(params.get(name))),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined) query.set(name, plainText(value));
  }
  const search = query.toString();
  return `${baseUrl}${path}${search === '' ? '' : `?${search}`}`;
}

/** Parameters are texts and numbers; anything else shows itself as what it is. */
function plainText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** An error that the control plane answered with; `requestId` finds it in the server's log. */
export class AnsweredError extends ClusterError {
  readonly requestId: string;

  constructor(code: ErrorCode, message: string, requestId: string, extras: ErrorExtras) {
    super(code, message, { ...extras, cause: `request id ${requestId}` });
    this.requestId = requestId;
  }
}

/** Turns a problem document back into the error that the server threw. */
export function problemError(status: number, text: string, server: string, retryAfterSeconds?: number): ClusterError {
  const parsed = problemSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    return new ClusterError(
      'INTERNAL',
      `${server} answered ${status} with something other than a problem document: ${text.slice(0, 200)}`,
    );
  }
  const { code, detail, fix, requestId, errors } = parsed.data;
  return new AnsweredError(isErrorCode(code) ? code : 'INTERNAL', detail, requestId, {
    ...(fix === undefined ? {} : { fix }),
    ...(errors === undefined ? {} : { errors }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
