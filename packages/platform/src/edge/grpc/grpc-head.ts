import type { Headers } from '../edge.ts';
import type { RequestHead } from '../http2/request-head.ts';

/** What gRPC reads of a request's header. */
export interface GrpcHead {
  readonly path: string;
  /** The host first, then what is meant for the method: without what belongs to the transport. */
  readonly headers: Headers;
  /** From the begin of the call. */
  readonly timeoutMs: number | null;
  /** A deadline that cannot be read, as it was sent. */
  readonly brokenTimeout: string | null;
  /** How messages are packed that say they are. */
  readonly encoding: string;
  readonly bytes: number;
}

/** The longest delay of a timer, milliseconds. */
const delayMaxMs = 2 ** 31 - 1;

const unitsMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

const ofTransport: ReadonlySet<string> = new Set([
  'host',
  'te',
  'content-type',
  'grpc-timeout',
  'grpc-encoding',
  'grpc-accept-encoding',
  'accept-encoding',
]);

/** Of headers that come again: for equal ones there is one object. */
const known = new WeakMap<RequestHead, GrpcHead | null>();

/** @returns null for a request that is none of gRPC. */
export function grpcHeadOf(head: RequestHead): GrpcHead | null {
  let grpc = known.get(head);
  if (grpc === undefined) {
    grpc = read(head);
    known.set(head, grpc);
  }
  return grpc;
}

function read({ method, path, authority, headers, bytes }: RequestHead): GrpcHead | null {
  if (method !== 'POST' || valueOf(headers, 'content-type')?.startsWith('application/grpc') !== true) return null;
  const timeout = valueOf(headers, 'grpc-timeout');
  const timeoutMs = timeout === null ? null : timeoutOf(timeout);
  return {
    path,
    headers: [['host', authority], ...headers.filter(([name]) => !ofTransport.has(name)).map(mend)],
    timeoutMs,
    brokenTimeout: timeoutMs === null ? timeout : null,
    encoding: valueOf(headers, 'grpc-encoding') ?? 'identity',
    bytes,
  };
}

/** A credential with strange characters is one that is wrong: they must not reach what compares or writes it. */
function mend([name, value]: readonly [string, string]): readonly [string, string] {
  return [name, name === 'authorization' ? value.replace(/[^\x20-\x7e]/g, '?') : value];
}

/** `Timeout` of gRPC over HTTP/2: at most eight digits and a unit. What is longer than a timer can wait is cut to that. */
function timeoutOf(text: string): number | null {
  const [, amount, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(text) ?? [];
  const unitMs = unitsMs[unit];
  return unitMs === undefined ? null : Math.min(delayMaxMs, Math.floor(Number(amount) * unitMs));
}

function valueOf(headers: Headers, name: string): string | null {
  return headers.find(([own]) => own === name)?.[1] ?? null;
}
