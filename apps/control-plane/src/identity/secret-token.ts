import { createHash, randomBytes } from 'node:crypto';

/** 256 bits that nobody can guess, 43 characters of base64url. */
export function newSecretToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a token. Tokens of 256 random bits need no salt and no slow hash. */
export function sha256Of(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
