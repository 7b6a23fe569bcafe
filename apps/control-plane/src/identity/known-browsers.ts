import type { FastifyReply } from 'fastify';
import type { Change, Query } from '../database/change.ts';
import type { Credentials } from '../http/call-origin.ts';
import { browserCookie, readCookie, setCookie } from '../http/cookies.ts';
import type { Hosts } from '../http/hosts.ts';
import { newSecretToken, sha256Of } from './secret-token.ts';

/** A browser that nobody has signed in with for this long is a stranger again. */
export const knownForDays = 180;
/** Browsers of one person at most; the one that was used longest ago is forgotten. */
const browsersMax = 20;

/** The hash of the browser's token, when this person has signed in with it before; else null. */
export async function knownBrowserOf(
  query: Query,
  userId: string,
  credentials: Credentials,
  hosts: Hosts,
): Promise<string | null> {
  const token = readCookie(browserCookie, credentials, hosts);
  const sha256 = token === null ? '' : sha256Of(token);
  const row = await query
    .selectFrom('known_browsers')
    .select('sha256')
    .where('sha256', '=', sha256)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row?.sha256 ?? null;
}

/**
 * Notes that a person has signed in with this browser. Each time it gets a new token, so that one that was copied long ago
 * is worth nothing.
 */
export async function rememberBrowser(
  change: Change,
  userId: string,
  credentials: Credentials,
  hosts: Hosts,
): Promise<{ setOn(reply: FastifyReply): void }> {
  const { query, at } = change;
  const before = await knownBrowserOf(query, userId, credentials, hosts);
  if (before !== null) await query.deleteFrom('known_browsers').where('sha256', '=', before).execute();
  const token = newSecretToken();
  await query
    .insertInto('known_browsers')
    .values({ sha256: sha256Of(token), user_id: userId, last_sign_in_at: at })
    .execute();
  const kept = query
    .selectFrom('known_browsers')
    .select('sha256')
    .where('user_id', '=', userId)
    .orderBy('last_sign_in_at', 'desc')
    .limit(browsersMax);
  await query.deleteFrom('known_browsers').where('user_id', '=', userId).where('sha256', 'not in', kept).execute();
  const maxAgeSeconds = knownForDays * 86_400;
  return { setOn: (reply) => setCookie(reply, browserCookie, token, { credentials, hosts, maxAgeSeconds }) };
}

/** After somebody else may have had the person's password. */
export async function forgetBrowsersOf(query: Query, userId: string): Promise<void> {
  await query.deleteFrom('known_browsers').where('user_id', '=', userId).execute();
}
