import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Store } from '../database/change.ts';
import type { SessionAuthority } from '../http/authorities.ts';
import { personById } from './people.ts';
import { sha256Of } from './secret-token.ts';
import type { SessionStore } from './session-store.ts';

/** A use is written down at most this often, so that a page of many requests writes once. */
const touchEveryMs = 10_000;

/**
 * Says whose session a token is. The person is read from the database each time: whoever was disabled is out at once, and
 * a role that was changed counts at once, wherever sessions are kept.
 */
export function createSessionAuthority(parts: {
  readonly store: Store;
  readonly sessions: SessionStore;
  readonly clock: Clock;
}): SessionAuthority {
  const { store, sessions, clock } = parts;
  return {
    find: async (token, use) => {
      const sha256 = sha256Of(token);
      const nowMs = clock.wallMs();
      const session = await sessions.find(sha256, nowMs);
      if (session === null) return null;
      const person = await store.read((query) => personById(query, session.userId));
      if (person === null || person.disabled) return null;
      if (session.createdAtMs < person.sessions_valid_from.getTime()) return null;
      if (use && nowMs - session.lastUsedAtMs >= touchEveryMs) await sessions.touch(sha256, nowMs);
      return { userId: person.id, email: person.email, role: person.role };
    },
  };
}
