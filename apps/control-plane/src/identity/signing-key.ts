import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { controlPlaneFiles } from '@cluster-ai/contract/control-plane-files.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { writeFileAtomic } from '@cluster-ai/platform/files/write-file-atomic.ts';
import { systemCode } from '../storage/storage-errors.ts';

export interface SigningKey {
  readonly privateKey: KeyObject;
  /** 32 bytes in base64url. */
  readonly publicKey: string;
}

/**
 * The Ed25519 key of this control plane, in a file of its own folder that only its user may read. It is made the first
 * time, and stays the same.
 * @throws ClusterError CONFIG_INVALID for a file that holds something else.
 */
export async function readSigningKey(home: string): Promise<SigningKey> {
  await mkdir(home, { recursive: true, mode: 0o750 });
  const path = join(home, controlPlaneFiles.signingKey);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (text === null) {
    const { privateKey } = generateKeyPairSync('ed25519');
    await writeFileAtomic(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
    return withPublicKey(privateKey);
  }
  try {
    return withPublicKey(createPrivateKey(text));
  } catch (cause) {
    throw new ClusterError('CONFIG_INVALID', `${path} holds no Ed25519 key`, {
      cause,
      fix: 'remove it: a new one is made at the next start',
    });
  }
}

function withPublicKey(privateKey: KeyObject): SigningKey {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (privateKey.asymmetricKeyType !== 'ed25519' || x === undefined) throw new Error('the key is of another kind');
  return { privateKey, publicKey: x };
}
