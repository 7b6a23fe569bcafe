import type { Change, Query } from '../database/change.ts';
import { newSecretToken, sha256Of } from './secret-token.ts';

const hourMs = 3_600_000;

/** Of the first set-up: it is used right away, and `user setup-code` makes another. */
export const setupCodeLivesMs = 24 * hourMs;
/** Of invitations and forgotten passwords: over a long weekend. */
export const linkLivesMs = 96 * hourMs;

export interface OneTimeToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/**
 * Makes a token and ends the one before it.
 * @param userId whom it is for; null for the first set-up.
 * @param nowMs by the clock with which its end is looked at.
 */
export async function issueOneTimeToken(
  { query, by, at }: Change,
  userId: string | null,
  livesMs: number,
  nowMs: number,
): Promise<OneTimeToken> {
  await query
    .deleteFrom('one_time_tokens')
    .where((is) => (userId === null ? is('user_id', 'is', null) : is('user_id', '=', userId)))
    .execute();
  const token = newSecretToken();
  const expiresAt = new Date(nowMs + livesMs);
  await query
    .insertInto('one_time_tokens')
    .values({ sha256: sha256Of(token), user_id: userId, created_at: at, created_by: by.actor, expires_at: expiresAt })
    .execute();
  return { token, expiresAt };
}

/** Whom a token is for, without using it up. @returns null when there is none, or it has expired. */
export async function lookAtOneTimeToken(
  query: Query,
  token: string,
  nowMs: number,
): Promise<{ readonly userId: string | null; readonly expiresAt: Date } | null> {
  const row = await query
    .selectFrom('one_time_tokens')
    .select(['user_id', 'expires_at'])
    .where('sha256', '=', sha256Of(token))
    .where('expires_at', '>', new Date(nowMs))
    .executeTakeFirst();
  return row === undefined ? null : { userId: row.user_id, expiresAt: row.expires_at };
}

/** Uses a token up. @returns null when there is none, or it has expired. */
export async function useOneTimeToken(
  query: Query,
  token: string,
  nowMs: number,
): Promise<{ readonly userId: string | null } | null> {
  const row = await query
    .deleteFrom('one_time_tokens')
    .where('sha256', '=', sha256Of(token))
    .where('expires_at', '>', new Date(nowMs))
    .returning('user_id')
    .executeTakeFirst();
  return row === undefined ? null : { userId: row.user_id };
}
