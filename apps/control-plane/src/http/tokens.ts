import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';

export type TokenOwner = 'admin' | 'gateway';

/** The tokens that this process accepts, as hashes alone. */
export interface Tokens {
  /** SHA-256 of the admin token, lower-case hex. */
  readonly adminSha256: string;
  /** Whose token this is; null when it is nobody's. The time taken does not tell how much of it was right. */
  ownerOf(token: string): TokenOwner | null;
}

/** Tokens shorter than this can be guessed. */
const tokenLengthMin = 16;

/** @throws ClusterError CONFIG_INVALID for a file that cannot be read and for a token that is too short. */
export async function readTokens(files: {
  readonly adminTokenFile: string;
  readonly gatewayTokenFile: string;
}): Promise<Tokens> {
  const admin = sha256(await readToken('auth.adminTokenFile', files.adminTokenFile));
  const gateway = sha256(await readToken('auth.gatewayTokenFile', files.gatewayTokenFile));
  return {
    adminSha256: admin.toString('hex'),
    ownerOf: (token) => {
      const given = sha256(token);
      const isAdmin = timingSafeEqual(given, admin);
      const isGateway = timingSafeEqual(given, gateway);
      if (isAdmin) return 'admin';
      return isGateway ? 'gateway' : null;
    },
  };
}

async function readToken(setting: string, path: string): Promise<string> {
  let token: string;
  try {
    token = (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw new ClusterError('CONFIG_INVALID', `${setting}: the file ${path} cannot be read`, { cause });
  }
  if (token.length >= tokenLengthMin) return token;
  throw new ClusterError(
    'CONFIG_INVALID',
    `${setting}: the token in ${path} has ${token.length} characters; it needs ${tokenLengthMin} or more`,
  );
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
