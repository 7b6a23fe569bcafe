import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import {
  predictTokenLifetimeMs,
  predictTokenPayloadSchema,
  predictTokenPrefix,
  predictTokenSkewMs,
  splitPredictToken,
  type PredictTokenPayload,
  type TokenIssuer,
} from '@cluster-ai/contract/predict-token.ts';
import type { Caller } from './caller.ts';

/** Tokens whose verdict is remembered: a signature costs more than a prediction of a small model. */
const rememberedMax = 2_000;

interface Verdict {
  readonly caller: Caller;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Verifies what control planes sign for people who predict from the dashboard. */
export class PredictTokens {
  private issuers = new Map<string, KeyObject>();
  /** Null for what is forged. */
  private readonly remembered = new Map<string, Verdict | null>();

  replace(issuers: readonly TokenIssuer[]): void {
    this.issuers = new Map(
      issuers.map(({ id, publicKey }) => [
        id,
        createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' }),
      ]),
    );
    this.remembered.clear();
  }

  /** Whether a text is one of these tokens, by its look alone. */
  looksLike(token: string): boolean {
    return token.startsWith(predictTokenPrefix);
  }

  /** @returns `unknown` for a token that no issuer of the snapshot has signed, `expired` outside its time. */
  find(token: string, wallMs: number): Caller | 'unknown' | 'expired' {
    const verdict = this.lookUp(token);
    if (verdict === null) return 'unknown';
    return wallMs >= verdict.fromMs && wallMs < verdict.untilMs ? verdict.caller : 'expired';
  }

  private lookUp(token: string): Verdict | null {
    const known = this.remembered.get(token);
    if (known !== undefined) return known;
    const verdict = this.judge(token);
    if (this.remembered.size >= rememberedMax) this.remembered.clear();
    this.remembered.set(token, verdict);
    return verdict;
  }

  private judge(token: string): Verdict | null {
    const parts = splitPredictToken(token);
    if (parts === null) return null;
    const payload = readPayload(parts.payload);
    const issuer = payload === null ? undefined : this.issuers.get(payload.issuer);
    if (payload === null || issuer === undefined) return null;
    const signature = Buffer.from(parts.signature, 'base64url');
    if (!verify(null, Buffer.from(parts.signedText), issuer, signature)) return null;
    const { actor, actions, models, issuedAtMs, expiresAtMs } = payload;
    return {
      caller: { id: actor, actions, models, use: null },
      fromMs: issuedAtMs - predictTokenSkewMs,
      // Whatever it says of itself, it is good for one request and not for a day.
      untilMs: Math.min(expiresAtMs, issuedAtMs + predictTokenLifetimeMs),
    };
  }
}

function readPayload(text: string): PredictTokenPayload | null {
  try {
    const parsed = predictTokenPayloadSchema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return parsed.success ? parsed.data : null;
  } catch {
    // Not JSON: somebody made it up.
    return null;
  }
}
