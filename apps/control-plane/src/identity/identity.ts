import type { TokenIssuer } from '@cluster-ai/contract/predict-token.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { Redis } from '@cluster-ai/platform/redis/redis.ts';
import type { Store } from '../database/change.ts';
import type { LiveSettings } from '../features/settings/index.ts';
import type { SessionAuthority, WrongTokens } from '../http/authorities.ts';
import type { Metrics } from '../metrics.ts';
import { createLockout } from './lockout.ts';
import type { Lockout } from './lockout.ts';
import { createPasswords } from './passwords.ts';
import type { Passwords } from './passwords.ts';
import { createPostgresAttemptCounters } from './postgres-attempt-counters.ts';
import { createPostgresSessionStore } from './postgres-session-store.ts';
import { createRedisAttemptCounters } from './redis-attempt-counters.ts';
import { createRedisSessionStore } from './redis-session-store.ts';
import { createPredictTokens } from './predict-tokens.ts';
import type { PredictTokens } from './predict-tokens.ts';
import { readSigningKey } from './signing-key.ts';
import { createSessionAuthority } from './session-authority.ts';
import { sessionLimitsOf } from './session-limits.ts';
import type { SessionStore } from './session-store.ts';
import type { AttemptCounters } from './attempt-counters.ts';
import { createWrongTokens } from './wrong-tokens.ts';

/** What signing in is made of. */
export interface Identity {
  readonly passwords: Passwords;
  readonly sessions: SessionStore;
  readonly attempts: AttemptCounters;
  readonly lockout: Lockout;
  /** For the access rule. */
  readonly authority: SessionAuthority;
  readonly wrongTokens: WrongTokens;
  readonly predictTokens: PredictTokens;
  /** This control plane, as gateways know it. */
  readonly issuer: TokenIssuer;
}

/** Sessions and counters are kept in Redis when there is one, else in the database. */
export async function createIdentity(parts: {
  readonly store: Store;
  readonly redis: Redis | null;
  readonly clock: Clock;
  readonly settings: LiveSettings;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly instanceId: string;
  /** Holds the key with which prediction tokens are signed. */
  readonly home: string;
}): Promise<Identity> {
  const { store, redis, clock, settings, log, metrics, instanceId, home } = parts;
  const limits = () => sessionLimitsOf(settings.current);
  const attempts = redis === null ? createPostgresAttemptCounters(store) : createRedisAttemptCounters(redis);
  const signingKey = await readSigningKey(home);
  const sessions = redis === null ? createPostgresSessionStore(store, limits) : createRedisSessionStore(redis, limits);
  const lockout = createLockout({ attempts, clock, settings: () => settings.current });
  const onRefused = (): void => metrics.refusedSignIns.inc({ reason: 'token' });
  return {
    passwords: createPasswords(),
    sessions,
    attempts,
    lockout,
    authority: createSessionAuthority({ store, sessions, clock }),
    wrongTokens: createWrongTokens({ lockout, clock, log, onRefused }),
    predictTokens: createPredictTokens({ issuer: instanceId, key: signingKey, clock }),
    issuer: { id: instanceId, publicKey: signingKey.publicKey },
  };
}
