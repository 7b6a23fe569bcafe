import { ClusterError } from '@cluster-ai/core/errors.ts';
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { Query } from '../database/change.ts';
import type { Tables } from '../database/tables.ts';

export interface DoneRequest extends Selectable<Tables['idempotency_keys']> {
  /** By the clock that wrote `created_at`. */
  readonly ageMs: number;
}

/** A request as its key names it. */
export interface KeyedRequest {
  readonly caller: string;
  readonly key: string;
  readonly endpoint: string;
  /** SHA-256 of method, address and body. */
  readonly fingerprint: string;
  readonly requestId: string;
  /** Its answer is never kept. */
  readonly secretAnswer: boolean;
}

/** The answer as it was sent. */
export interface KeptAnswer {
  readonly status: number;
  readonly text: string;
  readonly etag: string | null;
}

/** How long a key is known, hours. */
const keptHours = 24;

/** Keys of one caller that are known at once. */
const keysMax = 10_000;

/** Characters of an answer that is kept. */
const answerLengthMax = 262_144;

const isKnown = sql<boolean>`created_at > now() - make_interval(hours => ${keptHours})`;

export async function selectDone(query: Query, { caller, key }: KeyedRequest): Promise<DoneRequest | null> {
  const row = await query
    .selectFrom('idempotency_keys')
    .selectAll()
    .select(sql<number>`(extract(epoch from now() - created_at) * 1000)::float8`.as('ageMs'))
    .where('caller', '=', caller)
    .where('key', '=', key)
    .where(isKnown)
    .executeTakeFirst();
  return row ?? null;
}

/** @throws ClusterError QUOTA_EXCEEDED. */
export async function assertRoomForKey(query: Query, caller: string): Promise<void> {
  const known = query.selectFrom('idempotency_keys').select('key').where('caller', '=', caller).where(isKnown);
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from (${known.limit(keysMax)}) as known`.execute(query);
  if (Number(rows[0]?.count ?? 0) < keysMax) return;
  throw new ClusterError(
    'QUOTA_EXCEEDED',
    `${keysMax} Idempotency-Keys of this caller are known, the most that are kept; each is kept for ${keptHours} hours`,
    { fix: 'send the request without a key, or wait' },
  );
}

/** Notes that a request is done, with its answer as far as there is one to keep. */
export async function writeDone(
  query: Query,
  request: KeyedRequest,
  answer: KeptAnswer | null,
  at: Date | null,
): Promise<void> {
  const { caller, key, endpoint, fingerprint, requestId, secretAnswer } = request;
  const tooLarge = answer !== null && answer.text.length > answerLengthMax;
  const kept = answer === null || secretAnswer || tooLarge ? null : answer;
  const values = {
    endpoint,
    request_sha256: fingerprint,
    request_id: requestId,
    status: kept?.status ?? null,
    answer: kept?.text ?? null,
    etag: kept?.etag ?? null,
    withheld: secretAnswer ? ('secret' as const) : tooLarge ? ('size' as const) : null,
  };
  const now = at ?? sql<Date>`now()`;
  await query
    .insertInto('idempotency_keys')
    .values({ caller, key, ...values, created_at: now })
    .onConflict((conflict) =>
      // A row of this very request gets its answer; one that has expired gives way.
      conflict.columns(['caller', 'key']).doUpdateSet({ ...values, ...(at === null ? {} : { created_at: at }) }),
    )
    .execute();
}

/** @returns how many were forgotten. */
export async function deleteExpiredKeys(query: Query): Promise<number> {
  const result = await query
    .deleteFrom('idempotency_keys')
    .where(sql<boolean>`not ${isKnown}`)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
