import { createHash } from 'node:crypto';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ChangeGuard } from '../database/change.ts';
import { DoneBefore } from './idempotency.ts';
import type { Idempotency, KeyedAttempt } from './idempotency.ts';
import type { KeptAnswer } from './idempotency-store.ts';
import { entityTagOf, hasAlready } from './preconditions.ts';
import type { PreconditionGuard } from './preconditions.ts';

export interface Answering {
  readonly target: Endpoint;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly idempotency: Idempotency;
  readonly log: Logger;
  /** What the request demands of the state that it finds. */
  readonly guard: PreconditionGuard | null;
}

/** Characters of the mark that tells answers of one state apart. */
const markLength = 16;

/**
 * Does a request and answers it; one that its `Idempotency-Key` shows to be done already is answered as it was then.
 * @param work is given what has to take part in its changes.
 */
export async function answerOnce(
  answering: Answering,
  work: (guard: ChangeGuard | null) => Promise<unknown>,
): Promise<unknown> {
  const attempt = answering.idempotency.begin(answering.target, answering.request);
  if (attempt === null) return sendAnswer(answering, await workGuarded(answering, answering.guard, work));
  try {
    return await answerKeyed(answering, attempt, work);
  } finally {
    attempt.end();
  }
}

async function answerKeyed(
  answering: Answering,
  attempt: KeyedAttempt,
  work: (guard: ChangeGuard | null) => Promise<unknown>,
): Promise<unknown> {
  const { guard, reply, request, log } = answering;
  const before = await attempt.firstAnswer();
  if (before !== null) return replay(reply, before);
  try {
    const answer = writtenAnswer(answering, await workGuarded(answering, bothGuards(attempt.guard, guard), work));
    try {
      await attempt.finish({ ...answer, status: reply.statusCode });
    } catch (error) {
      // The change is done and the caller is told so; a repetition will hear that the answer is not kept.
      log.warn({ requestId: request.id, error }, 'the answer of a request with an Idempotency-Key could not be kept');
    }
    return await sendText(reply, answer);
  } catch (error) {
    const first = error instanceof DoneBefore ? await attempt.firstAnswer() : null;
    if (first === null) throw error;
    return replay(reply, first);
  }
}

async function workGuarded(
  { target, guard }: Answering,
  whole: ChangeGuard | null,
  work: (guard: ChangeGuard | null) => Promise<unknown>,
): Promise<unknown> {
  const answer = await work(whole);
  if (guard !== null && !guard.wasAsked) throw new Error(`${target.id} honours If-Match and changed something without`);
  return answer;
}

/** The key first: what was done before is answered, whatever has changed since. */
function bothGuards(key: ChangeGuard, precondition: ChangeGuard | null): ChangeGuard {
  if (precondition === null) return key;
  return {
    before: async (query) => {
      await key.before(query);
      await precondition.before(query);
    },
    after: async (query, at) => {
      await key.after(query, at);
      await precondition.after(query, at);
    },
    committed: () => {
      key.committed();
      precondition.committed();
    },
  };
}

function replay(reply: FastifyReply, { status, text, etag }: KeptAnswer): FastifyReply {
  return sendText(reply.status(status).header('idempotency-replayed', 'true'), { text, etag });
}

/** An answer that has an ETag goes out with it, or not at all when the caller has it already. */
function sendAnswer(answering: Answering, answer: unknown): unknown {
  const { target, reply, request } = answering;
  // Streams, and endpoints without an ETag, are sent as everything is.
  if (target.tag === undefined || target.answerType !== undefined) return answer;
  const written = writtenAnswer(answering, answer);
  if (target.method === 'GET' && written.etag !== null && hasAlready(request.headers, written.etag)) {
    return reply.status(304).header('etag', written.etag).send();
  }
  return sendText(reply, written);
}

interface WrittenAnswer {
  readonly text: string;
  readonly etag: string | null;
}

/** The answer as its schema writes it, and its ETag. */
function writtenAnswer({ target, reply }: Answering, answer: unknown): WrittenAnswer {
  const text = textOf(reply.serialize(answer));
  if (target.tag === undefined) return { text, etag: null };
  const mark = createHash('sha256').update(text).digest('base64url').slice(0, markLength).replaceAll('-', '_');
  return { text, etag: entityTagOf(target.tag(answer), mark) };
}

function textOf(serialized: string | ArrayBuffer | Buffer): string {
  if (typeof serialized === 'string') return serialized;
  throw new Error('an answer in JSON is text');
}

function sendText(reply: FastifyReply, { text, etag }: WrittenAnswer): FastifyReply {
  if (etag !== null) reply.header('etag', etag);
  return reply.type('application/json; charset=utf-8').send(text);
}
