import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** Cost of Argon2id (RFC 9106). */
export interface Argon2Cost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** What OWASP's Password Storage Cheat Sheet recommends at least: 19 MiB, two passes, one lane. */
export const argon2Cost: Argon2Cost = { memoryKib: 19_456, passes: 2, lanes: 1 };

const version = 19;
const saltBytes = 16;
const tagBytes = 32;

const derive = promisify(argon2);
const form = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,172})$/;

interface Encoded {
  readonly cost: Argon2Cost;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

/** Hashes a password under a new salt. @returns a PHC string: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<tag>`. */
export async function hashPassword(password: string, cost: Argon2Cost): Promise<string> {
  const salt = randomBytes(saltBytes);
  const tag = await deriveTag(password, salt, cost, tagBytes);
  const parameters = `m=${cost.memoryKib},t=${cost.passes},p=${cost.lanes}`;
  return `$argon2id$v=${version}$${parameters}$${base64(salt)}$${base64(tag)}`;
}

/** @throws Error for a text that is no PHC string of Argon2id: the database holds what nothing here has written. */
export async function verifyPassword(password: string, encoded: string): Promise<boolean> {
  const { cost, salt, tag } = decode(encoded);
  return timingSafeEqual(await deriveTag(password, salt, cost, tag.length), tag);
}

/** True when the hash was made with another cost than is used now. */
export function isOutdated(encoded: string, cost: Argon2Cost): boolean {
  const made = decode(encoded).cost;
  return made.memoryKib !== cost.memoryKib || made.passes !== cost.passes || made.lanes !== cost.lanes;
}

function decode(encoded: string): Encoded {
  const [, memory, passes, lanes, salt, tag] = form.exec(encoded) ?? [];
  if (salt === undefined || tag === undefined) throw new Error('a stored password hash is no Argon2id string');
  return {
    cost: { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

function deriveTag(password: string, salt: Buffer, cost: Argon2Cost, tagLength: number): Promise<Buffer> {
  return derive('argon2id', {
    // The same letters typed on different systems are the same password.
    message: password.normalize('NFKC'),
    nonce: salt,
    parallelism: cost.lanes,
    memory: cost.memoryKib,
    passes: cost.passes,
    tagLength,
  });
}

/** Base64 without padding, as PHC strings have it. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
