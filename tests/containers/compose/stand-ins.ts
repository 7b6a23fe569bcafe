import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillDebian, provideBase } from '../engine/bases.ts';
import type { Base } from '../engine/bases.ts';
import type { Engine } from '../engine/engine.ts';

/**
 * What the image of PostgreSQL does when it starts, as far as our compose files use it: the first start sets the database
 * up without listening on the network, with the password out of the file, and later ones just start.
 */
const postgresEntry = `#!/bin/sh
set -eu
export PGDATA="\${PGDATA:-/var/lib/postgresql/18/docker}"
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  chmod 0700 "$PGDATA"
  initdb --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" --encoding=UTF8 --locale=C.UTF-8 --data-checksums
  printf "listen_addresses = '*'\\nunix_socket_directories = '/var/run/postgresql'\\n" >> "$PGDATA/postgresql.conf"
  printf 'host all all all scram-sha-256\\n' >> "$PGDATA/pg_hba.conf"
  pg_ctl --wait start -o "-c listen_addresses=''"
  createdb --username="$POSTGRES_USER" "$POSTGRES_DB"
  pg_ctl --wait --mode=fast stop
fi
exec "$@"
`;

const path = (first = ''): string => `ENV PATH=${first}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

function owned(folder: string, name: string, owner: string, mode: string): void {
  const [user = '', group = ''] = owner.split(':');
  execFileSync('install', ['-d', '-o', user, '-g', group, '-m', mode, join(folder, name)]);
}

/** Debian's programs under the names, users and folders of the images that the compose files name. Not the same versions. */
const standIns: Readonly<Record<'postgres' | 'redis' | 'prometheus', Base>> = {
  postgres: {
    image: 'docker.io/library/postgres:18-bookworm',
    recipe: `postgresql-15 ${postgresEntry}`,
    fill: async (folder) => {
      await fillDebian(folder, ['postgresql-15']);
      const passwd = join(folder, 'etc/passwd');
      // The image's number; initdb wants a user with a name.
      writeFileSync(passwd, readFileSync(passwd, 'utf8').replace(/^postgres:x:\d+:\d+:/m, 'postgres:x:999:999:'));
      execFileSync('rm', ['-rf', join(folder, 'var/lib/postgresql')]);
      owned(folder, 'var/lib/postgresql', '999:999', '1777');
      const entry = join(folder, 'usr/local/bin/docker-entrypoint.sh');
      writeFileSync(entry, postgresEntry);
      chmodSync(entry, 0o755);
    },
    changes: [path('/usr/lib/postgresql/15/bin:'), 'ENTRYPOINT ["docker-entrypoint.sh"]', 'CMD ["postgres"]'],
  },
  redis: {
    image: 'docker.io/library/redis:8.8.0-alpine',
    recipe: 'redis-server',
    fill: async (folder) => {
      await fillDebian(folder, ['redis-server']);
      owned(folder, 'data', '999:1000', '0755');
    },
    changes: [path(), 'WORKDIR /data', 'CMD ["redis-server"]'],
  },
  prometheus: {
    image: 'docker.io/prom/prometheus:v3.12.0',
    recipe: 'prometheus, wget',
    fill: async (folder) => {
      await fillDebian(folder, ['prometheus', 'wget']);
      owned(folder, 'prometheus', '65534:65534', '0755');
    },
    changes: [path(), 'ENTRYPOINT ["/usr/bin/prometheus"]'],
  },
};

/** @returns the variables that make the compose files start them. */
export async function provideStandIns(engine: Engine): Promise<Record<string, string>> {
  for (const base of Object.values(standIns)) await provideBase(engine, base);
  return {
    CLUSTER_AI_POSTGRES_IMAGE: standIns.postgres.image,
    CLUSTER_AI_REDIS_IMAGE: standIns.redis.image,
    CLUSTER_AI_PROMETHEUS_IMAGE: standIns.prometheus.image,
  };
}
