import { createHash } from 'node:crypto';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import { takesIdempotencyKey } from '@cluster-ai/contract/api/endpoint.ts';
import { canonicalJson } from '@cluster-ai/core/audit/canonical-json.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { FastifyRequest } from 'fastify';
import type { ChangeGuard, Query, Store } from '../database/change.ts';
import { assertRoomForKey, selectDone, writeDone } from './idempotency-store.ts';
import type { DoneRequest, KeptAnswer, KeyedRequest } from './idempotency-store.ts';
import type { Principal } from './principal.ts';

/** An answer is kept moments after its change; where it is not there after this time, its process has ended. */
const answerWithinMs = 5_000;

const keyPattern = /^[\x21\x23-\x7e]{1,255}$/;

/** Thrown inside a change that another request with the same key has done meanwhile. */
export class DoneBefore extends Error {}

/** One request with an `Idempotency-Key`, while it is worked on. */
export interface KeyedAttempt {
  /** Makes the key part of the change. */
  readonly guard: ChangeGuard;
  /** The first answer, when the request was done before. @throws ClusterError when it is not kept, or is still coming. */
  firstAnswer(): Promise<KeptAnswer | null>;
  /** Keeps the answer. */
  finish(answer: KeptAnswer): Promise<void>;
  /** To be called in the end, whatever came of it. */
  end(): void;
}

export interface Idempotency {
  /**
   * @returns null when the request carries no key, or goes to an endpoint that takes none.
   * @throws ClusterError INVALID_ARGUMENT for what is no key; REQUEST_IN_PROGRESS.
   */
  begin(target: Endpoint, request: FastifyRequest): KeyedAttempt | null;
}

export function createIdempotency(store: Store): Idempotency {
  /** Requests that this process is working on. */
  const inProgress = new Set<string>();
  return {
    begin: (target, request) => {
      const key = readKey(request.headers['idempotency-key']);
      if (key === null || !takesIdempotencyKey(target)) return null;
      const keyed: KeyedRequest = {
        caller: callerOf(request.principal),
        key,
        endpoint: target.id,
        fingerprint: fingerprintOf(request),
        requestId: request.id,
        secretAnswer: target.secretAnswer === true,
      };
      const name = JSON.stringify([keyed.caller, key]);
      if (inProgress.has(name)) throw stillInProgress();
      inProgress.add(name);
      return attemptOf(store, keyed, () => inProgress.delete(name));
    },
  };
}

function attemptOf(store: Store, keyed: KeyedRequest, end: () => void): KeyedAttempt {
  let done = false;
  return {
    guard: {
      before: async (query: Query) => {
        if (done) return;
        if ((await selectDone(query, keyed)) !== null) throw new DoneBefore();
        await assertRoomForKey(query, keyed.caller);
      },
      after: async (query, at) => {
        if (!done) await writeDone(query, keyed, null, at);
      },
      committed: () => {
        done = true;
      },
    },
    firstAnswer: async () => {
      const row = await store.read((query) => selectDone(query, keyed));
      return row === null ? null : answerOf(row, keyed);
    },
    finish: (answer) => store.note((query) => writeDone(query, keyed, answer, null)),
    end,
  };
}

function answerOf(row: DoneRequest, keyed: KeyedRequest): KeptAnswer {
  if (row.request_sha256 !== keyed.fingerprint) {
    throw new ClusterError(
      'IDEMPOTENCY_KEY_REUSED',
      `this Idempotency-Key came with another request before (${row.endpoint}, request id ${row.request_id})`,
      { fix: 'use a new key for each request, and the same one only to repeat it' },
    );
  }
  if (row.status !== null && row.answer !== null) return { status: row.status, text: row.answer, etag: row.etag };
  const when = `this request was done at ${row.created_at.toISOString()} (request id ${row.request_id})`;
  if (row.withheld === 'secret') {
    throw new ClusterError('ALREADY_DONE', `${when}; its answer held a secret, which is shown once and never kept`, {
      fix: 'where the answer did not arrive, make a new key or link, and revoke the one that was made',
    });
  }
  if (row.withheld === 'size') {
    throw new ClusterError('ALREADY_DONE', `${when}; its answer was too large to be kept`, {
      fix: 'read the present state',
    });
  }
  if (row.ageMs < answerWithinMs) throw stillInProgress();
  throw new ClusterError('ALREADY_DONE', `${when}; the process that did it ended before it had answered`, {
    fix: 'read the present state',
  });
}

function stillInProgress(): ClusterError {
  return new ClusterError('REQUEST_IN_PROGRESS', 'a request with this Idempotency-Key is still being worked on', {
    retryAfterSeconds: 1,
  });
}

/** With or without the quotes that a structured header has (RFC 8941). */
function readKey(header: string | readonly string[] | undefined): string | null {
  if (header === undefined) return null;
  const text = String(header).trim();
  const key = text.startsWith('"') && text.endsWith('"') && text.length > 1 ? text.slice(1, -1) : text;
  if (keyPattern.test(key)) return key;
  const message = 'a key is 1 to 255 printable ASCII characters without spaces and quotes, as a UUID is';
  throw new ClusterError('INVALID_ARGUMENT', `Idempotency-Key: ${message}`, {
    errors: [{ path: 'headers.idempotency-key', message }],
  });
}

function callerOf({ kind, userId, actor }: Principal): string {
  return kind === 'session' ? `user:${userId ?? ''}` : actor;
}

/** Endpoints that take passwords take no key, so nothing can be guessed from what is kept. */
function fingerprintOf(request: FastifyRequest): string {
  // A body that is missing counts as an empty one.
  const body = canonicalJson(JSON.parse(JSON.stringify(request.body ?? {})));
  return createHash('sha256')
    .update(JSON.stringify([request.method, request.url, body]))
    .digest('hex');
}
