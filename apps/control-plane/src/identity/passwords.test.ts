import { describe, expect, test } from 'vitest';
import { hashPassword, isOutdated, verifyPassword } from './argon2.ts';
import { assertLongEnough, createPasswords } from './passwords.ts';

/** Cheap, so that the tests are. */
const cost = { memoryKib: 64, passes: 1, lanes: 1 };

describe('Argon2id', () => {
  // From test.c of the reference implementation (github.com/P-H-C/phc-winner-argon2).
  const reference = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';

  test('takes what the reference implementation has written', async () => {
    expect(await verifyPassword('password', reference)).toBe(true);
    expect(await verifyPassword('Password', reference)).toBe(false);
  });

  test('salts each hash, and knows the letters of one password in either form of Unicode', async () => {
    const first = await hashPassword('Zoë', cost);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await hashPassword('Zoë', cost)).not.toBe(first);
    expect(await verifyPassword('Zoe\u0308', first)).toBe(true);
    expect(await verifyPassword('Zoe', first)).toBe(false);
  });

  test('says which hashes were made at another cost', async () => {
    const encoded = await hashPassword('x', cost);
    expect(isOutdated(encoded, cost)).toBe(false);
    expect(isOutdated(encoded, { ...cost, passes: 2 })).toBe(true);
  });

  test.each(['', 'plain', '$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAA', '$2b$10$abc'])(
    'what nothing here has written is refused: %j',
    async (encoded) => {
      await expect(verifyPassword('x', encoded)).rejects.toThrow('no Argon2id string');
    },
  );
});

describe('passwords', () => {
  test('somebody without one takes as long as somebody with a wrong one, and never gets in', async () => {
    const passwords = createPasswords();
    const encoded = await passwords.hash('correct horse');
    const time = async (stored: string | null): Promise<number> => {
      const times = [];
      for (let run = 0; run < 8; run += 1) {
        const startMs = performance.now();
        expect(await passwords.verify('wrong', stored)).toBe(false);
        times.push(performance.now() - startMs);
      }
      return Math.min(...times);
    };
    const [known, unknown] = [await time(encoded), await time(null)];
    console.log(`with a password ${known.toFixed(1)} ms, without ${unknown.toFixed(1)} ms`);
    // Without the work it would take a thousandth of it.
    expect(unknown).toBeGreaterThan(known / 3);
    expect(await passwords.verify('correct horse', encoded)).toBe(true);
  });

  test('only so many wait at once; the rest is told to come back', async () => {
    const passwords = createPasswords(cost);
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => passwords.hash('x')));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(100 - 66);
    expect(refused[0]?.reason).toMatchObject({ code: 'OVERLOADED', retryAfterSeconds: 2 });
    // The places are free again.
    await expect(passwords.hash('x')).resolves.toContain('$argon2id$');
  });

  test('a password that is too short is told how long it must be, in characters and not in bytes', () => {
    expect(() => assertLongEnough('🔑🔑🔑🔑', 5)).toThrow('the password has 4 characters; it needs 5 or more');
    expect(() => assertLongEnough('🔑🔑🔑🔑🔑', 5)).not.toThrow();
  });
});
