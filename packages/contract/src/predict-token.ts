import { keyActions } from '@cluster-ai/core/access/roles.ts';
import { z } from 'zod';

/**
 * What the front door sends a gateway for a person who predicts from the dashboard, in place of their session:
 * `cai_pt_<payload>.<signature>`. The payload is JSON in base64url; the signature is Ed25519, base64url, over everything
 * before the dot, prefix included, by the control plane that `issuer` names.
 */
export const predictTokenPrefix = 'cai_pt_';

/** Long enough for one request and clocks that differ a little; nobody keeps one. */
export const predictTokenLifetimeMs = 60_000;

/** How far the clock of a gateway may be behind that of the control plane. */
export const predictTokenSkewMs = 5_000;

export const predictTokenPayloadSchema = z.object({
  /** Which control plane has signed it: an `id` of the snapshot's `tokenIssuers`. */
  issuer: z.string().min(1).max(64),
  /** On whose behalf, by the name of the audit log: an e-mail address, or `local`. */
  actor: z.string().min(1).max(320),
  /** Null for the loopback exemption. */
  userId: z.uuid().nullable(),
  actions: z.array(z.enum(keyActions)).min(1),
  /** As in the scope of a key; null is every one. */
  models: z.array(z.string()).nullable(),
  issuedAtMs: z.int().nonnegative(),
  expiresAtMs: z.int().nonnegative(),
});

export type PredictTokenPayload = z.infer<typeof predictTokenPayloadSchema>;

/** A control plane whose tokens gateways take. */
export const tokenIssuerSchema = z.object({
  id: z.string().min(1).max(64),
  /** Ed25519 public key, 32 bytes in base64url: the `x` of its JSON web key. */
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

export type TokenIssuer = z.infer<typeof tokenIssuerSchema>;

const form = /^(cai_pt_([A-Za-z0-9_-]{1,2048}))\.([A-Za-z0-9_-]{86})$/;

/** Takes a token apart without believing it. @returns null when it has another form. */
export function splitPredictToken(
  token: string,
): { readonly signedText: string; readonly payload: string; readonly signature: string } | null {
  const [, signedText, payload, signature] = form.exec(token) ?? [];
  if (signedText === undefined || payload === undefined || signature === undefined) return null;
  return { signedText, payload, signature };
}
