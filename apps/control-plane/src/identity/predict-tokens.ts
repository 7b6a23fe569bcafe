import { sign } from 'node:crypto';
import { predictTokenLifetimeMs, predictTokenPrefix } from '@cluster-ai/contract/predict-token.ts';
import type { PredictTokenPayload } from '@cluster-ai/contract/predict-token.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Principal } from '../http/principal.ts';
import type { SigningKey } from './signing-key.ts';

/** Signs what a gateway is sent in place of a session. */
export interface PredictTokens {
  /** A token for somebody who was let in to predict: a person with a session, or a program on this machine. */
  tokenFor(principal: Principal): string;
}

/** Callers whose token is used again while it is young. */
const rememberedMax = 1_000;

export function createPredictTokens(options: {
  /** Under which gateways know the public key. */
  readonly issuer: string;
  readonly key: SigningKey;
  readonly clock: Clock;
}): PredictTokens {
  const { issuer, key, clock } = options;
  const remembered = new Map<string, { token: string; untilMs: number }>();

  function signed(payload: PredictTokenPayload): string {
    const text = `${predictTokenPrefix}${Buffer.from(JSON.stringify(payload)).toString('base64url')}`;
    return `${text}.${sign(null, Buffer.from(text), key.privateKey).toString('base64url')}`;
  }

  return {
    tokenFor: ({ actor, userId }) => {
      const nowMs = clock.wallMs();
      const young = remembered.get(actor);
      if (young !== undefined && young.untilMs > nowMs) return young.token;
      const token = signed({
        issuer,
        actor,
        userId,
        // Every role may read and predict, and more than that no gateway does.
        actions: ['infer', 'read'],
        models: null,
        issuedAtMs: nowMs,
        expiresAtMs: nowMs + predictTokenLifetimeMs,
      });
      if (remembered.size >= rememberedMax) remembered.clear();
      remembered.set(actor, { token, untilMs: nowMs + predictTokenLifetimeMs / 2 });
      return token;
    },
  };
}
