import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { pollSnapshot } from '@cluster-ai/contract/api/fleet.ts';
import { problemSchema } from '@cluster-ai/contract/api/problem.ts';
import * as uploads from '@cluster-ai/contract/api/uploads.ts';
import { removeExpiredUploads } from '@cluster-ai/control-plane/features/uploads/jobs.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { pause, until } from '../start-platform.ts';
import { announce, pushModel, sendBytes, sha256, startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';
import { addModel } from './control-plane/test-models.ts';

// Two control planes on one database and one storage folder, in one process: what each does beside the other.

let postgres: PostgresServer;
let databaseUrl: string;
let storage: string;
let a: RunningPlane;
let b: RunningPlane;

beforeAll(async () => {
  postgres = await startPostgres(18);
});

beforeEach(async () => {
  storage = mkdtempSync(join(tmpdir(), 'cluster-ai-storage-'));
  databaseUrl = await postgres.createDatabase();
  a = await startPlane(databaseUrl, { storage });
  b = await startPlane(databaseUrl, { storage });
});

afterEach(async () => {
  await a.remove();
  await b.remove();
  rmSync(storage, { recursive: true, force: true });
});

afterAll(() => postgres.remove());

const weights = { path: 'weights.bin', bytes: randomBytes(1_000_000) };
const digest = sha256(weights.bytes);

async function begin(model = addModel(1)) {
  const files = announce([model, weights]);
  const upload = await callEndpoint(a.admin, uploads.createUpload, { body: { model: 'adder', files } });
  await sendBytes(a, upload.id, sha256(model.bytes), 0, model.bytes);
  return upload;
}

async function received(plane: RunningPlane, id: string): Promise<number | undefined> {
  const { files } = await callEndpoint(plane.admin, uploads.getUpload, { params: { id } });
  return files.find((file) => file.sha256 === digest)?.receivedBytes;
}

/** Begins to send the weights and leaves the connection open, with the first bytes sent. */
function startSending(plane: RunningPlane, id: string, bytes: number): Socket {
  const { port } = new URL(plane.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    `PATCH /api/v1/uploads/${id}/files/${digest}?offset=0 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
      `Authorization: Bearer ${plane.admin.token}\r\nContent-Type: application/octet-stream\r\n` +
      `Content-Length: ${weights.bytes.length}\r\n\r\n`,
  );
  socket.write(weights.bytes.subarray(0, bytes));
  return socket;
}

test('an upload that was begun at one goes on and is committed at the other; both have the file and the snapshot', async () => {
  const upload = await begin();
  await sendBytes(a, upload.id, digest, 0, weights.bytes.subarray(0, 400_000));
  expect(await received(b, upload.id)).toBe(400_000);
  expect((await sendBytes(b, upload.id, digest, 400_000, weights.bytes.subarray(400_000))).status).toBe(200);
  const committed = await callEndpoint(b.admin, uploads.commitUpload, { params: { id: upload.id } });
  for (const plane of [a, b]) {
    const answer = await fetch(`${plane.url}/api/v1/fleet/files/${digest}`, {
      headers: { authorization: `Bearer ${plane.gateway.token}` },
    });
    expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(digest);
    const { snapshot } = await callEndpoint(plane.gateway, pollSnapshot);
    expect(JSON.parse(snapshot?.text ?? '{}')).toMatchObject({ version: committed.snapshotVersion });
  }
  expect(existsSync(join(a.home, 'files'))).toBe(false);
});

test('one file is received by one of them at a time; the other takes over where it was left', async () => {
  const upload = await begin();
  const socket = startSending(a, upload.id, 300_000);
  await until('the first bytes are there', 5_000, async () => (await received(b, upload.id)) === 300_000);
  const refused = await sendBytes(b, upload.id, digest, 300_000, weights.bytes.subarray(300_000));
  expect(problemSchema.parse(await refused.json())).toMatchObject({
    code: 'CONFLICT',
    detail: 'another request is sending this file',
  });
  socket.destroy();
  const tookOverMs = await until('the other may send', 5_000, async () => {
    const answer = await sendBytes(b, upload.id, digest, 300_000, weights.bytes.subarray(300_000));
    return answer.status === 200;
  });
  console.log(`sent to the other ${Math.round(tookOverMs)} ms after the connection to the first had ended`);
  expect(await callEndpoint(a.admin, uploads.commitUpload, { params: { id: upload.id } })).toMatchObject({
    version: { version: 1 },
  });
});

test('what is being received is not harmed by another that starts, or that tidies up', async () => {
  const source = new Readable({ read: () => undefined });
  source.push(weights.bytes.subarray(0, 500_000));
  const stored = a.control.plane.files.store(source, 2_000_000);
  await pause(200);
  const third = await startPlane(databaseUrl, { storage });
  await third.control.plane.files.removeAbandoned(Date.now() - 60_000);
  source.push(weights.bytes.subarray(500_000));
  source.push(null);
  expect(await stored).toEqual({ sha256: digest, size: weights.bytes.length });
  await third.remove();

  const left = join(storage, 'incoming', randomUUID());
  mkdirSync(join(left, 'file-x'), { recursive: true });
  writeFileSync(join(left, 'file-x', 'bytes'), 'of a control plane that is gone');
  const yesterday = new Date(Date.now() - 86_400_000);
  for (const path of ['file-x/bytes', 'file-x', '']) utimesSync(join(left, path), yesterday, yesterday);
  await a.control.plane.files.removeAbandoned(Date.now() - 60_000);
  expect(existsSync(left)).toBe(false);
});

/** The row that a control plane leaves which was killed, or is frozen. */
async function leaveLock(id: string, expiresIn: string, holder: string = randomUUID()): Promise<void> {
  await a.control.pool.pg.query(
    `insert into leases values ('upload:${id}:${digest}', '${holder}', now() + interval '${expiresIn}')`,
  );
}

test('a control plane that was frozen while it received, and goes on later, does not reach the file any more', async () => {
  const upload = await begin();
  await sendBytes(a, upload.id, digest, 0, weights.bytes.subarray(0, 300_000));
  const path = join(storage, 'uploads', upload.id, digest);
  const frozen = await open(path, 'r+');
  await leaveLock(upload.id, '-1 second');
  expect((await sendBytes(b, upload.id, digest, 300_000, weights.bytes.subarray(300_000, 600_000))).status).toBe(200);
  await frozen.write(Buffer.alloc(500_000, 'x'), 0, 500_000, 250_000);
  expect((await sendBytes(a, upload.id, digest, 600_000, weights.bytes.subarray(600_000))).status).toBe(200);
  await frozen.write(Buffer.alloc(500_000, 'y'), 0, 500_000, 250_000);
  await frozen.close();
  expect(sha256(readFileSync(a.control.plane.files.pathOf(digest)))).toBe(digest);
});

test('after a restart a control plane goes on at once with what it was receiving itself', async () => {
  const upload = await begin();
  await leaveLock(upload.id, '1 hour', a.control.plane.instanceId);
  expect((await sendBytes(b, upload.id, digest, 0, weights.bytes)).status).toBe(409);
  expect((await sendBytes(a, upload.id, digest, 0, weights.bytes)).status).toBe(200);
});

test('whoever has lost its lock stops writing, and what had arrived is kept', async () => {
  const upload = await begin();
  const socket = startSending(a, upload.id, 300_000);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  await until('the first bytes are there', 5_000, async () => (await received(b, upload.id)) === 300_000);
  await b.control.pool.pg.query(`update leases set holder = '${randomUUID()}' where name like 'upload:%'`);
  // It asks every two seconds; if no answer comes on a busy machine, it trusts its lock for six.
  await pause(7_000);
  socket.write(weights.bytes.subarray(300_000, 400_000));
  await until('the sender is told', 5_000, () => answer.includes('DATABASE_UNAVAILABLE'));
  expect(answer).toContain('HTTP/1.1 503');
  expect(await received(b, upload.id)).toBe(300_000);
  socket.destroy();
});

test('locks that nobody gave back are removed after a day', async () => {
  const upload = await begin();
  await leaveLock(upload.id, '-2 days');
  await removeExpiredUploads(a.control.plane);
  const { rows } = await a.control.pool.pg.query("select name from leases where name like 'upload:%'");
  expect(rows).toEqual([]);
});

test('a folder that belongs to another installation is refused', async () => {
  await pushModel(a, 'adder', [addModel(2)]);
  const other = await startPlane(await postgres.createDatabase(), { storage, waitForDatabase: false });
  await until('the reason is logged', 10_000, () =>
    other.log.some((line) => line.includes('belongs to another installation')),
  );
  expect(other.control.plane.prepared()).toBe(false);
  await other.remove();
});
