import { randomBytes } from 'node:crypto';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { argon2Cost, hashPassword, isOutdated, verifyPassword } from './argon2.ts';
import type { Argon2Cost } from './argon2.ts';

/** Hashes and checks passwords, a few at a time: each takes memory and a thread. */
export interface Passwords {
  /** @throws ClusterError OVERLOADED when too many wait. */
  hash(password: string): Promise<string>;
  /**
   * @param encoded the stored hash; null when there is none, which takes as long as a wrong password.
   * @throws ClusterError OVERLOADED when too many wait.
   */
  verify(password: string, encoded: string | null): Promise<boolean>;
  /** True when a hash should be made anew at the next sign-in. */
  isOutdated(encoded: string): boolean;
}

/** At once: 2 × 19 MiB, and half of the four threads on which Node does such work. */
const runningMax = 2;
/** Each takes some 50 ms: who is last in a longer line would wait for more than three seconds. */
const waitingMax = 64;

export function createPasswords(cost: Argon2Cost = argon2Cost): Passwords {
  const waiting: (() => void)[] = [];
  let running = 0;
  /** Of a password that nobody has. */
  const nobody = hashPassword(randomBytes(32).toString('base64url'), cost);
  // Whoever checks against it is told; until then it is nobody's failure.
  nobody.catch(() => undefined);

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running < runningMax) running += 1;
    else {
      if (waiting.length >= waitingMax) {
        throw new ClusterError('OVERLOADED', 'too many sign-ins at once', { retryAfterSeconds: 2 });
      }
      // Whoever ends hands its place over.
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

  return {
    hash: (password) => inTurn(() => hashPassword(password, cost)),
    verify: (password, encoded) =>
      inTurn(async () => {
        const matches = await verifyPassword(password, encoded ?? (await nobody));
        return matches && encoded !== null;
      }),
    isOutdated: (encoded) => isOutdated(encoded, cost),
  };
}

/** @throws ClusterError INVALID_ARGUMENT. */
export function assertLongEnough(password: string, lengthMin: number): void {
  const length = [...password].length;
  if (length >= lengthMin) return;
  throw new ClusterError(
    'INVALID_ARGUMENT',
    `the password has ${length} characters; it needs ${lengthMin} or more (password_length_min)`,
  );
}
