import { createHash, randomBytes } from 'node:crypto';
import { apiKeyOf, apiKeyPrefix, apiKeyRandomBytes } from '@cluster-ai/core/access/api-key.ts';

export interface NewSecret {
  /** The key itself. It is handed to its owner once and kept nowhere. */
  readonly secret: string;
  readonly prefix: string;
  readonly sha256: string;
}

export function newSecret(): NewSecret {
  const secret = apiKeyOf(randomBytes(apiKeyRandomBytes));
  return { secret, prefix: apiKeyPrefix(secret), sha256: sha256OfKey(secret) };
}

export function sha256OfKey(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
