import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts } from '@cluster-ai/platform/process/ports.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { openTestPool } from '@cluster-ai/testkit/postgres/test-pool.ts';
import { afterAll, expect, test } from 'vitest';
import { at, find, render } from './render.ts';

// The files that PostgreSQL and Redis are given, read by the real programs of Debian.

const run = promisify(execFile);
const profile = render();
const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-services-'));
afterAll(() => rmSync(folder, { recursive: true }));

const secret = (name: string, key: string): string =>
  String(at(find(profile, `Secret/cluster-ai-${name}`), 'stringData', key));
const file = (name: string, key: string): string =>
  String(at(find(profile, `ConfigMap/cluster-ai-${name}`), 'data', key));

test('the first script of PostgreSQL makes a user that owns its database and nothing else', async () => {
  const postgres = await startPostgres(15);
  try {
    const url = await postgres.createDatabase();
    const password = join(folder, 'password');
    writeFileSync(password, secret('postgres', 'password'));
    const script = join(folder, 'first.sql');
    writeFileSync(script, file('postgres', 'cluster-ai.sql').replace('/run/secrets/postgres/password', password));
    await run('/usr/lib/postgresql/15/bin/psql', [url, '-v', 'ON_ERROR_STOP=1', '--no-psqlrc', '--file', script]);
    const pool = openTestPool(url);
    const { rows } = await pool.pg.query(
      `select r.rolsuper, r.rolcreatedb, r.rolcreaterole, d.datname, r.rolpassword like 'SCRAM-SHA-256$%' as scram,
         has_database_privilege('cluster_ai', 'postgres', 'connect') as elsewhere
       from pg_authid r join pg_database d on d.datdba = r.oid where r.rolname = 'cluster_ai'`,
    );
    await pool.close();
    expect(rows).toEqual([
      {
        rolsuper: false,
        rolcreatedb: false,
        rolcreaterole: false,
        datname: 'cluster_ai',
        scram: true,
        elsewhere: false,
      },
    ]);
  } finally {
    await postgres.remove();
  }
});

test('Redis lets the programs do their work, nobody in without a password, and nobody administer', async () => {
  const [port = 0] = await freePorts('127.0.0.1', 1);
  const acl = join(folder, 'users.acl');
  writeFileSync(acl, secret('redis', 'users.acl'));
  const configuration = join(folder, 'redis.conf');
  const text = file('redis', 'redis.conf')
    .replace('port 6379', `port ${port}`)
    .replace('dir /data', `dir ${folder}`)
    .replace('/run/secrets/redis/users.acl', acl)
    .replace(/^bind .*$/m, 'bind 127.0.0.1');
  writeFileSync(configuration, text);
  const redis = spawn('/usr/bin/redis-server', [configuration], { stdio: 'ignore' });
  try {
    const ask = async (user: readonly string[], ...words: readonly string[]): Promise<string> =>
      (await run('redis-cli', ['-p', String(port), ...user, ...words])).stdout.trim();
    const known = ['--user', 'cluster_ai', '--pass', secret('redis', 'password'), '--no-auth-warning'];
    await until(async () => (await ask(known, 'ping')) === 'PONG');
    expect(await ask([], 'get', 'x')).toMatch(/NOAUTH/);
    const script =
      "redis.call('HSET', KEYS[1], 'a', '1') redis.call('PEXPIRE', KEYS[1], 9000) return redis.call('TIME')[1]";
    expect(await ask(known, 'eval', script, '1', 'k')).toMatch(/^\d+$/);
    expect(await ask(known, 'client', 'setname', 'cluster-ai')).toBe('OK');
    expect(await ask(known, 'smembers', 'nobody')).toBe('');
    for (const words of [['flushall'], ['config', 'get', '*'], ['keys', '*'], ['acl', 'list'], ['shutdown']]) {
      expect(await ask(known, ...words)).toMatch(/NOPERM/);
    }
  } finally {
    redis.kill('SIGKILL');
    await once(redis, 'exit');
  }
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const endMs = performance.now() + 20_000; ;) {
    if (await holds().catch(() => false)) return;
    if (performance.now() > endMs) throw new Error('redis-server did not answer within 20 s');
    await delay(50);
  }
}
