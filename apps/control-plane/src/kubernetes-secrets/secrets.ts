import { createHash, randomBytes } from 'node:crypto';

/** Names of the Secrets to make; what is not named is not made. */
export interface SecretNames {
  readonly auth?: string | undefined;
  readonly postgres?: string | undefined;
  readonly redis?: string | undefined;
}

/** Where the programs find what the passwords are for. */
export interface SecretHosts {
  readonly postgres: string;
  readonly pgbouncer: string;
  readonly redis: string;
}

export interface Secret {
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}

/** 36 random bytes in letters that need no escape in an address. */
const randomText = (): string => randomBytes(36).toString('base64url');

/**
 * The Secrets of an installation, each with everything that its readers mount. The chart's `secrets.yaml` makes the same
 * keys; a test compares them.
 */
export function makeSecrets(names: SecretNames, hosts: SecretHosts, random: () => string = randomText): Secret[] {
  const secrets: Secret[] = [];
  if (names.auth !== undefined) {
    secrets.push({ name: names.auth, data: { 'admin-token': random(), 'gateway-token': random() } });
  }
  if (names.postgres !== undefined) {
    const password = random();
    const address = (host: string): string => `postgres://cluster_ai:${password}@${host}/cluster_ai`;
    secrets.push({
      name: names.postgres,
      data: {
        'postgres-password': random(),
        password,
        url: address(`${hosts.postgres}:5432`),
        'pgbouncer-url': address(`${hosts.pgbouncer}:6432`),
        'userlist.txt': `"cluster_ai" "${password}"\n`,
      },
    });
  }
  if (names.redis !== undefined) {
    const password = random();
    const hash = createHash('sha256').update(password).digest('hex');
    secrets.push({
      name: names.redis,
      data: {
        password,
        url: `redis://cluster_ai:${password}@${hosts.redis}:6379/0`,
        'users.acl': `user default off\nuser cluster_ai on #${hash} ~* &* +@all -@admin -@dangerous\n`,
      },
    });
  }
  return secrets;
}
