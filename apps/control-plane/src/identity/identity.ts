import type { TokenIssuer } from '@cluster-ai/contract/predict-token.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Redis } from '@cluster-ai/platform/redis/redis.ts';
import type { Store } from '../database/change.ts';
import type { LiveSettings } from '../features/settings/index.ts';
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
import type { SigningKey } from './signing-key.ts';
import { sessionLimitsOf } from './session-limits.ts';
import type { SessionStore } from './session-store.ts';
import type { AttemptCounters } from './attempt-counters.ts';

/** What signing in is made of. */
export interface Identity {
  readonly passwords: Passwords;
  readonly sessions: SessionStore;
  readonly attempts: AttemptCounters;
  readonly lockout: Lockout;
  readonly predictTokens: PredictTokens;
  /** This control plane, as gateways know it. */
  readonly issuer: TokenIssuer;
}

/** Sessions and counters are kept in Redis when there is one, else in the database. */
export function createIdentity(parts: {
  readonly store: Store;
  readonly redis: Redis | null;
  readonly clock: Clock;
  readonly settings: LiveSettings;
  readonly instanceId: string;
  readonly signingKey: SigningKey;
}): Identity {
  const { store, redis, clock, settings, instanceId, signingKey } = parts;
  const limits = () => sessionLimitsOf(settings.current);
  const attempts = redis === null ? createPostgresAttemptCounters(store) : createRedisAttemptCounters(redis);
  return {
    passwords: createPasswords(),
    sessions: redis === null ? createPostgresSessionStore(store, limits) : createRedisSessionStore(redis, limits),
    attempts,
    lockout: createLockout({ attempts, clock, settings: () => settings.current }),
    predictTokens: createPredictTokens({ issuer: instanceId, key: signingKey, clock }),
    issuer: { id: instanceId, publicKey: signingKey.publicKey },
  };
}
