import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listAudit, verifyAudit } from '@cluster-ai/contract/api/audit.ts';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { chainStart, entryText } from '@cluster-ai/core/audit/audit-entry.ts';
import { migrate, readMigrations } from '@cluster-ai/platform/postgres/migrate.ts';
import { openTestPool } from '@cluster-ai/testkit/postgres/test-pool.ts';
import type { Pool } from '@cluster-ai/platform/postgres/pool.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CliResult } from '../run-cli.ts';
import { repository } from '../start-platform.ts';
import { startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';

let postgres: PostgresServer;
let folder: string;

beforeAll(async () => {
  postgres = await startPostgres(18);
  folder = mkdtempSync(join(tmpdir(), 'cluster-ai-audit-'));
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await postgres.remove();
});

/** Runs a program to its end. */
function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
  return new Promise((resolve) => {
    execFile(program, args, { env: { ...process.env, ...env }, maxBuffer: 256 * 2 ** 20 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr }),
    );
  });
}

function cli(plane: RunningPlane, ...args: string[]): Promise<CliResult> {
  const env = { CLUSTER_AI_HOME: folder, CLUSTER_AI_SERVER: plane.url, CLUSTER_AI_TOKEN: plane.admin.token };
  return run(process.execPath, [join(repository, 'apps/cli/src/main.ts'), 'audit', ...args], env);
}

/** The program that the guide gives to people who want to check an export themselves. */
function pythonCheck(file: string): Promise<CliResult> {
  const guide = readFileSync(join(repository, 'docs/guides/audit.md'), 'utf8');
  const program = join(folder, 'check.py');
  writeFileSync(program, /```python\n(.*?)```/s.exec(guide)?.[1] ?? '');
  return run('python3', [program, file]);
}

async function record(plane: RunningPlane, target: string, detail: Record<string, unknown> = {}): Promise<void> {
  await plane.control.plane.store.change({ actor: 'test', requestId: 'r' }, async (change) => {
    change.record('test.change', target, detail);
  });
}

describe('an exported log', () => {
  let plane: RunningPlane;

  beforeAll(async () => {
    plane = await startPlane(await postgres.createDatabase());
    await record(plane, '=1+1', { hash: 'a"hash":"b', '"hash"': 'x', number: 1e-7, 'schlüssel 😀': ['\u0007', ''] });
    await record(plane, 'a,b"c"\nd', { hash: chainStart, nested: { hash: chainStart } });
  });

  afterAll(() => plane.remove());

  test('is checked by the program of the guide, which notices every change', async () => {
    const file = join(folder, 'export.jsonl');
    const exported = await cli(plane, 'export', '--file', file);
    const { head } = await callEndpoint(plane.admin, verifyAudit);
    const word = `${head?.id}:${head?.hash}`;
    expect([exported.code, exported.stdout, exported.stderr]).toEqual([
      0,
      '',
      expect.stringContaining(`head ${word}\n`),
    ]);
    expect(await pythonCheck(file)).toEqual({ code: 0, stdout: `intact up to ${word}\n`, stderr: '' });
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const wrong: [string, string[], string][] = [
      ['altered', lines.with(2, (lines[2] ?? '').replace('1e-7', '1e-8')), 'entry 3 was altered'],
      ['deleted', lines.toSpliced(2, 1), 'entry 4 does not follow entry 2'],
      ['swapped', [lines[0], lines[1], lines[3], lines[2]].map(String), 'entry 4 does not follow entry 2'],
    ];
    for (const [what, changed, message] of wrong) {
      writeFileSync(file, `${changed.join('\n')}\n`);
      expect([what, await pythonCheck(file)]).toEqual([what, { code: 1, stdout: '', stderr: `${message}\n` }]);
    }
  });

  test('goes to the terminal, in parts by time, and as CSV that no spreadsheet runs', async () => {
    const csv = await cli(plane, 'export', '--format', 'csv');
    expect(csv.stdout).toMatch(/^id,at,actor,action,target,detail,requestId,previousHash,hash\r\n1,/);
    expect(csv.stdout).toContain(",'=1+1,");
    expect(csv.stdout).toContain(',"a,b""c""\nd",');
    const { items } = await callEndpoint(plane.admin, listAudit);
    const third = items.find(({ id }) => id === 3)?.at ?? '';
    const late = await cli(plane, 'export', '--from', third);
    expect(late.stdout.match(/"id":\d+/g)).toEqual(['"id":3', '"id":4']);
    const early = await cli(plane, 'export', '--to', third);
    expect(early.stdout.match(/"id":\d+/g)).toEqual(['"id":1', '"id":2']);
    expect(await cli(plane, 'export', '--from', 'yesterday')).toMatchObject({ code: 2, stdout: '' });
  });

  test('is refused to whoever is no administrator, and in an unknown form', async () => {
    for (const path of ['export', 'verification']) {
      expect((await fetch(`${plane.url}/api/v1/audit/${path}`)).status).toBe(401);
    }
    const answer = await fetch(`${plane.url}/api/v1/audit/export?format=xml`, {
      headers: { authorization: `Bearer ${plane.admin.token}` },
    });
    expect(answer.status).toBe(400);
  });

  test('verify tells people what it found, and ends with 1 when that is bad', async () => {
    const good = await cli(plane, 'verify');
    expect([good.code, good.stdout]).toEqual([
      0,
      expect.stringMatching(/^the audit log is intact; 4 entries.*\nhead 4:/),
    ]);
    const listed = await cli(plane, 'list', '--limit', '2', '--filter', 'action=test.change');
    expect(listed.stdout).toMatch(/^ENTRY\s+TIME.*\n4\s.*\n3\s.*=1\+1.*\n$/s);
    await plane.control.pool.pg.query("update audit_entries set target = 'innocent' where id = 3");
    const bad = await cli(plane, 'verify');
    expect([bad.code, bad.stdout]).toEqual([
      1,
      expect.stringContaining('altered: entry 3 is not what was written: its hash does not fit it'),
    ]);
    const json = await cli(plane, 'verify', '-o', 'json');
    expect([json.code, JSON.parse(json.stdout)]).toEqual([
      1,
      expect.objectContaining({ intact: false, problems: [expect.objectContaining({ kind: 'altered', id: 3 })] }),
    ]);
    const head = /head (\S+)/.exec(good.stdout)?.[1] ?? '';
    expect((await cli(plane, 'verify', '--head', head.replace(/^4/, '3'))).stdout).toContain('rewritten: entry 3');
    expect(await cli(plane, 'verify', '--head', 'x')).toMatchObject({ code: 2 });
  });
});

const manyRows = 100_000;

/** Entries as this many changes would have left them. */
async function fill(pool: Pool['pg'], rows: number): Promise<void> {
  const head = await pool.query<{ audit_id: string; audit_hash: string }>(
    'select audit_id, audit_hash from installation',
  );
  let id = Number(head.rows[0]?.audit_id);
  let previousHash = head.rows[0]?.audit_hash ?? chainStart;
  for (let done = 0; done < rows; done += 5_000) {
    const entries = Array.from({ length: Math.min(5_000, rows - done) }, () => {
      id += 1;
      const at = new Date(Date.UTC(2026, 0, 1) + id).toISOString();
      const detail = { version: id, digest: 'd'.repeat(64), source: 'upload', deploy: 'latest' };
      const entry = { id, at, actor: 'admin', action: 'version.create', target: `model-${id % 300}`, detail };
      const linked = { ...entry, requestId: `request-${id}`, previousHash };
      const hash = createHash('sha256').update(entryText(linked)).digest('hex');
      previousHash = hash;
      return { ...entry, request_id: linked.requestId, previous_hash: linked.previousHash, hash };
    });
    await pool.query(
      'insert into audit_entries select * from jsonb_populate_recordset(null::audit_entries, $1::jsonb)',
      [JSON.stringify(entries)],
    );
  }
  await pool.query('update installation set audit_id = $1, audit_hash = $2, audit_count = audit_count + $3', [
    id,
    previousHash,
    rows,
  ]);
}

test('a hundred thousand entries are verified in seconds, in little memory, and listed and exported', async () => {
  const plane = await startPlane(await postgres.createDatabase());
  try {
    await fill(plane.control.pool.pg, manyRows);
    const before = process.memoryUsage().rss;
    let peak = before;
    let latestMs = performance.now();
    let blockedMs = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
      blockedMs = Math.max(blockedMs, performance.now() - latestMs);
      latestMs = performance.now();
    }, 10);
    const verified = await callEndpoint(plane.admin, verifyAudit);
    clearInterval(watch);
    const grownMb = Math.round((peak - before) / 1e6);
    console.log(
      `${verified.entries} entries verified in ${verified.durationMs} ms (${Math.round(verified.entries / verified.durationMs)} a millisecond), memory grew by ${grownMb} MB at most, the event loop waited ${Math.round(blockedMs)} ms at most`,
    );
    expect(verified).toMatchObject({ intact: true, entries: manyRows + 2 });
    expect(verified.durationMs).toBeLessThan(30_000);
    expect(grownMb).toBeLessThan(300);

    await plane.control.pool.pg.query('delete from audit_entries where id = 54321');
    expect((await callEndpoint(plane.admin, verifyAudit)).problems).toMatchObject([{ kind: 'missing', id: 54_321 }]);

    let beganMs = performance.now();
    const page = await callEndpoint(plane.admin, listAudit, { query: { filter: 'id<50000 target~model' } });
    const pageMs = Math.round(performance.now() - beganMs);
    expect(page.items[0]?.id).toBe(49_999);
    beganMs = performance.now();
    const file = join(folder, 'many.jsonl');
    expect((await cli(plane, 'export', '--file', file)).code).toBe(0);
    const exportMs = Math.round(performance.now() - beganMs);
    const size = readFileSync(file).length;
    expect(page.totalIsBound).toBe(true);
    console.log(`a page from the middle took ${pageMs} ms, an export of ${(size / 1e6).toFixed(1)} MB ${exportMs} ms`);
    expect(pageMs).toBeLessThan(1_000);
    expect(exportMs).toBeLessThan(60_000);
    expect((await pythonCheck(file)).stderr).toBe('entry 54322 does not follow entry 54320\n');
  } finally {
    await plane.remove();
  }
});

test('a database from before the chain is chained at the start, by several programs at once', async () => {
  const url = await postgres.createDatabase();
  const old = mkdtempSync(join(folder, 'migrations-'));
  const migrations = join(repository, 'apps/control-plane/migrations');
  cpSync(join(migrations, '0001_registry.sql'), join(old, '0001_registry.sql'));
  const pool = openTestPool(url);
  try {
    await migrate(pool.pg, await readMigrations(old));
    await pool.pg.query(`
      insert into audit_entries (at, actor, action, target, detail, request_id)
      select date_trunc('milliseconds', now()), 'admin', 'test', 'target-' || n, jsonb_build_object('n', n, 'a', n / 3.0), 'r'
      from generate_series(1, 5000) as n;`);
    // What a change that was rolled back left of the numbers.
    await pool.pg.query('delete from audit_entries where id % 1000 in (0, 1, 2)');
    const beganMs = performance.now();
    const planes = await Promise.all([startPlane(url), startPlane(url)]);
    console.log(`4985 old entries chained, two programs started in ${Math.round(performance.now() - beganMs)} ms`);
    const [first, second] = planes;
    try {
      await record(first, 'new');
      await record(second, 'newer');
      const { items } = await callEndpoint(first.admin, listAudit, { query: { limit: 6 } });
      // Each program made its signing key known in between.
      expect(items.map(({ id, target, action }) => [id, action === 'issuer.create' ? action : target])).toEqual([
        [5004, 'newer'],
        [5003, 'new'],
        [5002, 'issuer.create'],
        [5001, 'issuer.create'],
        [5000, 'admin'],
        [4999, 'target-4999'],
      ]);
      const verified = await callEndpoint(second.admin, verifyAudit);
      expect(verified).toMatchObject({ intact: true, entries: 4_990, problems: [] });
      await pool.pg.query('delete from audit_entries where id = 2500');
      expect((await callEndpoint(second.admin, verifyAudit)).problems).toMatchObject([{ kind: 'missing', id: 2_500 }]);
    } finally {
      for (const plane of planes) await plane.remove();
    }
  } finally {
    await pool.close();
  }
});
