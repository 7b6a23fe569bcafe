import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { pollSnapshot } from '@cluster-ai/contract/api/fleet.ts';
import { getOverview } from '@cluster-ai/contract/api/system.ts';
import * as uploads from '@cluster-ai/contract/api/uploads.ts';
import { openTestPool } from '@cluster-ai/testkit/postgres/test-pool.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { announce, sha256 } from './control-plane/fixture.ts';
import { addModel } from './control-plane/test-models.ts';

const program = join(import.meta.dirname, '../../apps/control-plane/src/main.ts');
const token = 'admin-token-of-the-tests-0123456789';
const gatewayToken = 'gateway-token-of-the-tests-0123456789';

let postgres: PostgresServer;
let home: string;
let databaseUrl: string;
const children = new Set<ReturnType<typeof spawn>>();

beforeAll(async () => {
  postgres = await startPostgres(18);
});

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'cluster-ai-process-'));
  writeFileSync(join(home, 'admin'), token);
  writeFileSync(join(home, 'gateway'), gatewayToken);
  databaseUrl = await postgres.createDatabase();
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

afterAll(() => postgres.remove());

/** Starts the program as an operator would, with extra flags. */
function launch(...flags: string[]) {
  const settings = [
    '--home',
    join(home, 'data'),
    '--http.port',
    '0',
    '--auth.adminTokenFile',
    join(home, 'admin'),
    '--auth.gatewayTokenFile',
    join(home, 'gateway'),
  ];
  const child = spawn(process.execPath, [program, ...settings, ...flags], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output, ended: once(child, 'close').then(() => child.exitCode) };
}

async function ready(started: ReturnType<typeof launch>): Promise<string> {
  const endMs = performance.now() + 60_000;
  for (;;) {
    const url = /"url":"(http:[^"]+)"/.exec(started.output())?.[1];
    if (url !== undefined && (await fetch(`${url}/readyz`)).ok) return url;
    if (performance.now() > endMs || started.child.exitCode !== null) {
      throw new Error(`not ready:\n${started.output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const client = (baseUrl: string, bearer = token): ClientOptions => ({ baseUrl, token: bearer, timeoutMs: 30_000 });

async function send(url: string, upload: string, bytes: Uint8Array, offset: number, end: number): Promise<number> {
  const answer = await fetch(`${url}/api/v1/uploads/${upload}/files/${sha256(bytes)}?offset=${offset}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: Buffer.from(bytes.subarray(offset, end)),
  });
  return answer.status;
}

test('an upload goes on after the program was killed', async () => {
  const model = addModel(1);
  const weights = { path: 'weights.bin', bytes: randomBytes(2_000_000) };
  const first = launch();
  const url = await ready(first);
  const upload = await callEndpoint(client(url), uploads.createUpload, {
    body: { model: 'killed', files: announce([model, weights]) },
  });
  await send(url, upload.id, weights.bytes, 0, 1_500_000);
  first.child.kill('SIGKILL');
  await first.ended;

  const second = launch();
  const again = await ready(second);
  const { files } = await callEndpoint(client(again), uploads.getUpload, { params: { id: upload.id } });
  expect(files.map((file) => file.receivedBytes)).toEqual([0, 1_500_000]);
  expect(await send(again, upload.id, weights.bytes, 1_500_000, 2_000_000)).toBe(200);
  expect(await send(again, upload.id, model.bytes, 0, model.bytes.length)).toBe(200);
  expect(await callEndpoint(client(again), uploads.commitUpload, { params: { id: upload.id } })).toMatchObject({
    deployed: true,
  });
  second.child.kill('SIGTERM');
  expect(await second.ended).toBe(0);
});

test('the metrics listener asks for no key, tells readiness, and has nothing else', async () => {
  const started = launch('--metrics.port', '0');
  await ready(started);
  const { port } = /"address":\{[^}]*"port":(?<port>\d+)/.exec(started.output())?.groups ?? {};
  const base = `http://127.0.0.1:${port}`;
  expect(await (await fetch(`${base}/metrics`)).text()).toContain('cluster_ai_control_plane_database_up 1');
  expect(await (await fetch(`${base}/readyz`)).json()).toEqual({ ready: true, reasons: [] });
  const statusOf = async (path: string, method = 'GET') => (await fetch(base + path, { method })).status;
  expect([await statusOf('/livez'), await statusOf('/api/v1/overview'), await statusOf('/metrics', 'POST')]).toEqual([
    200, 404, 405,
  ]);
  started.child.kill('SIGTERM');
  expect(await started.ended).toBe(0);
  const open = launch('--metrics.port', '0', '--metrics.host', '0.0.0.0');
  await open.ended;
  expect(open.output()).toContain('set metrics.plaintext to allowed');
});

test('SIGTERM answers what waits and ends with 0', async () => {
  const started = launch();
  const url = await ready(started);
  const { epoch, version } = (await callEndpoint(client(url), getOverview)).snapshot;
  const poll = callEndpoint(client(url, gatewayToken), pollSnapshot, { query: { epoch, version, waitMs: 20_000 } });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const beganMs = performance.now();
  started.child.kill('SIGTERM');
  expect(await poll).toEqual({ snapshot: null });
  expect(await started.ended).toBe(0);
  const tookMs = Math.round(performance.now() - beganMs);
  console.log(`ended ${tookMs} ms after SIGTERM, with a poll open`);
  expect(tookMs).toBeLessThan(5_000);
});

test('a request that comes after SIGTERM on a connection that is busy is refused in our own form', async () => {
  const started = launch();
  const { port } = new URL(await ready(started));
  const socket = connect(Number(port), '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => (received += text));
  const head = 'GET /livez HTTP/1.1\r\nhost: localhost\r\n';
  socket.write(`${head}\r\n`);
  await vi.waitFor(() => expect(received).toContain('200 OK'), 10_000);
  // The next request has begun when the stop comes, and is complete when nothing is taken any more.
  socket.write(head);
  await new Promise((resolve) => setTimeout(resolve, 100));
  started.child.kill('SIGTERM');
  await vi.waitFor(() => expect(started.output()).toContain('stopping'), 10_000);
  await new Promise((resolve) => setTimeout(resolve, 300));
  socket.write('\r\n');
  await once(socket, 'close');
  expect(received).toContain('HTTP/1.1 503');
  expect(received).toContain('"code":"SHUTTING_DOWN"');
  expect(received).toContain('retry-after: 1');
  expect(await started.ended).toBe(0);
});

test('what is wrong with the settings is said on one line, and the code is 1', async () => {
  const elsewhere = launch('--http.host', '0.0.0.0');
  expect(await elsewhere.ended).toBe(1);
  expect(elsewhere.output()).toContain(
    'http.host is 0.0.0.0, which other machines can reach, and this listener has no TLS',
  );
  writeFileSync(join(home, 'admin'), 'short');
  const weak = launch();
  expect(await weak.ended).toBe(1);
  expect(weak.output()).toContain('has 5 characters; it needs 16 or more');
});

test('a port that is taken is named', async () => {
  const first = launch();
  const port = new URL(await ready(first)).port;
  const second = launch('--home', join(home, 'other'), '--http.port', port);
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain(`port ${port} on 127.0.0.1 is taken (http.port)`);
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
});

test('a database that a newer program has used ends the program with the reason', async () => {
  const first = launch();
  const url = await ready(first);
  expect(url).toContain('http://127.0.0.1:');
  first.child.kill('SIGTERM');
  await first.ended;
  const pool = openTestPool(databaseUrl);
  await pool.pg.query("insert into schema_migrations (number, name, sha256) values (9000, '9000_future.sql', '')");
  await pool.close();
  const second = launch();
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain('the database has migration 9000_future.sql, which this program does not know');
});
