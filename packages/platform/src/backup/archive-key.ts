import { createHmac, hkdfSync, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Encryption } from './archive-form.ts';

/** Shorter ones can be guessed from a stolen file. */
const passphraseCharactersMin = 16;
const passphraseCharactersMax = 4_096;
/** 128 MiB and about half a second for each guess, as OWASP recommends for scrypt. */
const costLog2Default = 17;
const blockSize = 8;

/** What protects the records of one archive. */
export interface ArchiveKey {
  /** 32 bytes, of this archive alone. */
  readonly recordKey: (headerSha256: Buffer) => Buffer;
  readonly encryption: Encryption;
}

/** @throws ClusterError CONFIG_INVALID. */
export function assertPassphrase(passphrase: string, source: string): void {
  if (passphrase.length >= passphraseCharactersMin && passphrase.length <= passphraseCharactersMax) return;
  throw new ClusterError(
    'CONFIG_INVALID',
    `the key of ${source} has ${passphrase.length} characters: ${passphraseCharactersMin} to ${passphraseCharactersMax} are needed`,
    { fix: 'make one with `openssl rand -base64 32`, and keep it where the backups are not' },
  );
}

/**
 * A key with a salt of its own: no two archives share one, so their records can be numbered from 0.
 * @param costLog2 less in tests that make many.
 */
export async function newArchiveKey(passphrase: string, costLog2 = costLog2Default): Promise<ArchiveKey> {
  const salt = randomBytes(32);
  const secret = await derive(passphrase, salt, costLog2);
  return keyOf(secret, {
    cipher: 'aes-256-gcm',
    kdf: 'scrypt',
    costLog2,
    blockSize,
    salt: salt.toString('base64url'),
    check: checkOf(secret),
  });
}

/** The key of an archive that exists. @throws ClusterError CONFIG_INVALID when it is another one. */
export async function openArchiveKey(passphrase: string, encryption: Encryption, path: string): Promise<ArchiveKey> {
  const secret = await derive(passphrase, Buffer.from(encryption.salt, 'base64url'), encryption.costLog2);
  if (timingSafeEqual(Buffer.from(checkOf(secret)), Buffer.from(encryption.check))) return keyOf(secret, encryption);
  throw new ClusterError('CONFIG_INVALID', `the key is not the one that ${path} was made with`, {
    fix: 'give the key of that time with --key-file or CLUSTER_AI_BACKUP_KEY',
  });
}

/** The header is part of what the key is made of: a changed header gives a key that opens nothing. */
function keyOf(secret: Buffer, encryption: Encryption): ArchiveKey {
  return {
    encryption,
    recordKey: (headerSha256) =>
      Buffer.from(hkdfSync('sha256', secret.subarray(32), headerSha256, 'cluster-ai backup records', 32)),
  };
}

function checkOf(secret: Buffer): string {
  const code = createHmac('sha256', secret.subarray(0, 32)).update('cluster-ai backup key').digest();
  return code.subarray(0, 16).toString('base64url');
}

function derive(passphrase: string, salt: Buffer, cost: number): Promise<Buffer> {
  const options = { N: 2 ** cost, r: blockSize, p: 1, maxmem: 2 ** cost * blockSize * 128 + 2 ** 20 };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, 64, options, (error, secret) => {
      if (error === null) resolve(secret);
      else reject(error);
    });
  });
}
