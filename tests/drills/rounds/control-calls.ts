import { randomUUID } from 'node:crypto';
import { problemSchema } from '@cluster-ai/contract/api/problem.ts';
import { isErrorCode } from '@cluster-ai/core/errors.ts';
import type { CallEnd, Ledger, WriteRecord } from '@cluster-ai/testkit/ledger/ledger.ts';
import { pause } from '../../start-platform.ts';
import { HttpsClient } from './call.ts';
import type { CallResult } from './call.ts';
import type { Subject } from './subject.ts';

/** Something to be written through the control API. */
export interface Wanted {
  readonly what: string;
  readonly resource: string;
  readonly effect: WriteRecord['effect'];
  readonly value: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** Gives up after the first attempt, whatever came of it. */
  readonly once?: boolean;
}

export interface Written {
  readonly id: string;
  readonly outcome: WriteRecord['outcome'];
  /** The document of a success that was answered. */
  readonly answer: unknown;
}

interface Attempt {
  /** What the answer says about the state. */
  readonly says: WriteRecord['outcome'];
  readonly answer: unknown;
}

/** A write is repeated for this long at most; everything is whole again well before. */
const giveUpAfterMs = 120_000;
const pauseMs = 150;

/** The control API as a careful client calls it, who writes everything down. */
export class ControlCalls {
  private readonly subject: Subject;
  private readonly ledger: Ledger;
  private readonly client: HttpsClient;
  private count = 0;

  constructor(subject: Subject, ledger: Ledger) {
    this.subject = subject;
    this.ledger = ledger;
    this.client = new HttpsClient(subject.ca);
  }

  /** Sends a write, with one Idempotency-Key, until it is known what became of it. */
  async write(wanted: Wanted): Promise<Written> {
    this.count += 1;
    const id = `drill-${this.count}`;
    const idempotencyKey = randomUUID();
    const startedMs = performance.now();
    const { resource, effect, value } = wanted;
    let says: WriteRecord['outcome'] = 'refused';
    for (let attempts = 1; ; attempts += 1) {
      const attempt = await this.attempt(wanted, `${id}.${attempts}`, idempotencyKey);
      if (attempt.says !== 'refused') says = attempt.says;
      const endedMs = performance.now();
      if (says === 'acknowledged' || wanted.once === true || endedMs - startedMs > giveUpAfterMs) {
        this.ledger.writes.push({ id, resource, effect, value, startedMs, endedMs, outcome: says, attempts });
        return { id, outcome: says, answer: attempt.answer };
      }
      await pause(pauseMs);
    }
  }

  /** Reads a document; null when it could not be had. */
  async read(what: string, path: string): Promise<unknown> {
    const { result } = await this.call(what, 'GET', path, {});
    return result.kind === 'answer' && result.status === 200 ? JSON.parse(result.body.toString()) : null;
  }

  /** Appends bytes to a file of an upload. @returns whether they were taken. */
  async append(path: string, bytes: Uint8Array): Promise<boolean> {
    const headers = { 'content-type': 'application/octet-stream' };
    const { result } = await this.call('PATCH upload', 'PATCH', path, headers, bytes);
    return result.kind === 'answer' && result.status === 200;
  }

  close(): void {
    this.client.close();
  }

  private async attempt(wanted: Wanted, requestId: string, idempotencyKey: string): Promise<Attempt> {
    const headers: Record<string, string> = { 'x-request-id': requestId, 'idempotency-key': idempotencyKey };
    const { what, method, path } = wanted;
    if (wanted.body !== undefined) headers['content-type'] = 'application/json';
    const body = wanted.body === undefined ? undefined : JSON.stringify(wanted.body);
    const { result, end, code } = await this.call(what, method, path, headers, body);
    if (result.kind === 'answer' && result.status < 300) {
      return { says: 'acknowledged', answer: JSON.parse(result.body.toString()) };
    }
    if (code === 'ALREADY_DONE') return { says: 'acknowledged', answer: null };
    return { says: promisesNothing(end, code) ? 'refused' : 'unknown', answer: null };
  }

  private async call(
    what: string,
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: Uint8Array | string,
  ): Promise<{ result: CallResult; end: CallEnd; code: string | null }> {
    const sentMs = performance.now();
    const { controlUrl, adminToken } = this.subject.platform;
    const result = await this.client.send(`${controlUrl}${path}`, {
      method,
      headers: { ...headers, authorization: `Bearer ${adminToken}` },
      ...(body === undefined ? {} : { body }),
    });
    const { end, code } = judge(result);
    this.ledger.calls.push({ target: 'control', what, sentMs, endedMs: performance.now(), end });
    return { result, end, code };
  }
}

function judge(result: CallResult): { end: CallEnd; code: string | null } {
  if (result.kind !== 'answer') return { end: result, code: null };
  const { status } = result;
  if (status < 300) return { end: { kind: 'answered' }, code: null };
  const text = result.body.toString();
  const problem = readProblem(text);
  const documented = problem !== null && isErrorCode(problem.code) && problem.status === status;
  return { end: { kind: 'error', status, documented, text: text.slice(0, 400) }, code: problem?.code ?? null };
}

function readProblem(text: string) {
  try {
    return problemSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    // No JSON: not the form of the API.
    return null;
  }
}

const promisingCodes = new Set(['STORAGE_FULL', 'SHUTTING_DOWN']);

/** Whether an error says that nothing was written. Anything else may have been done before the answer was lost. */
function promisesNothing(end: CallEnd, code: string | null): boolean {
  if (end.kind !== 'error' || code === null || code === 'REQUEST_IN_PROGRESS') return false;
  if (end.status < 500 || promisingCodes.has(code)) return true;
  return /nothing was written|has not been reached since the start/.test(end.text);
}
