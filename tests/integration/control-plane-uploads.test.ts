import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import * as models from '@cluster-ai/contract/api/models.ts';
import { problemSchema } from '@cluster-ai/contract/api/problem.ts';
import * as uploads from '@cluster-ai/contract/api/uploads.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeUnusedFiles } from '@cluster-ai/control-plane/features/models/jobs.ts';
import { removeExpiredUploads } from '@cluster-ai/control-plane/features/uploads/jobs.ts';
import { announce, pushModel, sendBytes, sha256, startPlane } from './control-plane/fixture.ts';
import type { RunningPlane, TestFile } from './control-plane/fixture.ts';
import { addModel } from './control-plane/test-models.ts';

let postgres: PostgresServer;
let databaseUrl: string;
let plane: RunningPlane;

const bytesMax = 64 * 2 ** 20;

beforeAll(async () => {
  postgres = await startPostgres(18);
  databaseUrl = await postgres.createDatabase();
  plane = await startPlane(databaseUrl, { uploads: { bytesMax } });
});

afterAll(async () => {
  await plane.remove();
  await postgres.remove();
});

async function begin(model: string, files: readonly TestFile[]) {
  return callEndpoint(plane.admin, uploads.createUpload, { body: { model, files: announce(files) } });
}

async function state(id: string) {
  return callEndpoint(plane.admin, uploads.getUpload, { params: { id } });
}

async function problem(response: Response) {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return problemSchema.parse(await response.json());
}

test('an upload goes on where it stopped, across a restart of the control plane', async () => {
  const weights = { path: 'weights.bin', bytes: randomBytes(3 * 2 ** 20) };
  const files = [addModel(1), weights];
  const upload = await begin('restarted', files);
  const digest = sha256(weights.bytes);
  await sendBytes(plane, upload.id, digest, 0, weights.bytes.subarray(0, 1_000_000));
  await plane.stop();
  plane = await startPlane(databaseUrl, { home: plane.home, uploads: { bytesMax } });

  const resumed = await state(upload.id);
  expect(resumed.files.map((file) => file.receivedBytes)).toEqual([0, 1_000_000]);
  const early = await callEndpoint(plane.admin, uploads.commitUpload, { params: { id: upload.id } }).catch(
    (error: unknown) => error,
  );
  expect(early).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('model.onnx is not complete') });
  expect((await sendBytes(plane, upload.id, digest, 1_000_000, weights.bytes.subarray(1_000_000))).status).toBe(200);
  const model = files[0];
  await sendBytes(plane, upload.id, sha256(model?.bytes ?? ''), 0, model?.bytes ?? new Uint8Array());
  const committed = await callEndpoint(plane.admin, uploads.commitUpload, { params: { id: upload.id } });
  expect(committed).toMatchObject({
    model: 'restarted',
    version: { version: 1, sizeBytes: 3 * 2 ** 20 + (model?.bytes.length ?? 0) },
  });

  const path = plane.control.plane.files.pathOf(digest);
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(statSync(path).size).toBe(3 * 2 ** 20);
  await expect(state(upload.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('another offset than the bytes that are there is refused with the right one', async () => {
  const file = { path: 'weights.bin', bytes: randomBytes(1_000) };
  const upload = await begin('offsets', [addModel(2), file]);
  await sendBytes(plane, upload.id, sha256(file.bytes), 0, file.bytes.subarray(0, 400));
  const answer = await sendBytes(plane, upload.id, sha256(file.bytes), 0, file.bytes);
  expect(answer.status).toBe(409);
  expect(await problem(answer)).toMatchObject({
    code: 'CONFLICT',
    detail: expect.stringContaining('expected is 400'),
    fix: 'continue with offset=400',
  });
});

test('bytes that are not what was announced are refused, and the file begins anew', async () => {
  const file = addModel(3);
  const upload = await begin('wrong', [file]);
  const wrong = new Uint8Array(file.bytes.length);
  const answer = await sendBytes(plane, upload.id, sha256(file.bytes), 0, wrong);
  expect(answer.status).toBe(422);
  expect(await problem(answer)).toMatchObject({
    code: 'CHECKSUM_MISMATCH',
    detail: expect.stringContaining(sha256(wrong)),
  });
  expect((await state(upload.id)).files[0]?.receivedBytes).toBe(0);
  expect((await sendBytes(plane, upload.id, sha256(file.bytes), 0, file.bytes)).status).toBe(200);
});

test('more bytes than announced, or than the limit allows, are refused', async () => {
  const file = addModel(4);
  const upload = await begin('long', [file]);
  const more = Buffer.concat([file.bytes, Buffer.alloc(10)]);
  expect(await problem(await sendBytes(plane, upload.id, sha256(file.bytes), 0, more))).toMatchObject({
    code: 'BODY_TOO_LARGE',
  });
  await expect(
    callEndpoint(plane.admin, uploads.createUpload, {
      body: { model: 'long', files: [{ path: 'model.onnx', sha256: sha256('x'), size: bytesMax + 1 }] },
    }),
  ).rejects.toMatchObject({ code: 'BODY_TOO_LARGE', message: expect.stringContaining(`limit of ${bytesMax}`) });
});

test('a stream without a length is cut at the announced size', async () => {
  const file = addModel(5);
  const upload = await begin('chunked', [file]);
  const chunk = new Uint8Array(65_536);
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
  const answer = await fetch(`${plane.url}/api/v1/uploads/${upload.id}/files/${sha256(file.bytes)}?offset=0`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${plane.admin.token}`, 'content-type': 'application/octet-stream' },
    body: endless,
    duplex: 'half',
  });
  expect(await problem(answer)).toMatchObject({ code: 'BODY_TOO_LARGE' });
});

test('what is wrong with an announcement is said before any byte is sent', async () => {
  const file = { path: 'model.onnx', sha256: sha256('x'), size: 1 };
  const cases: [model: string, files: (typeof file)[], code: string, text: string][] = [
    ['../up', [file], 'INVALID_ARGUMENT', 'model name "../up" is not valid'],
    ['ok', [{ ...file, path: '../model.onnx' }], 'INVALID_ARGUMENT', 'file path "../model.onnx" is not valid'],
    ['ok', [file, file], 'INVALID_ARGUMENT', 'listed twice'],
    ['ok', [{ ...file, path: 'a.txt' }], 'MODEL_INVALID', 'needs one model file'],
    [
      'ok',
      [
        { ...file, path: 'a.onnx' },
        { ...file, path: 'b.onnx' },
      ],
      'MODEL_INVALID',
      'needs one model file',
    ],
    ['ok', [{ ...file, sha256: 'short' }], 'INVALID_ARGUMENT', 'body.files.0.sha256: must be 64 lower-case hex digits'],
  ];
  for (const [model, files, code, text] of cases) {
    await expect(callEndpoint(plane.admin, uploads.createUpload, { body: { model, files } })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text),
    });
  }
});

test('a file that is stored already need not be sent', async () => {
  const file = addModel(6);
  await pushModel(plane, 'first', [file]);
  const upload = await begin('second', [file]);
  expect(upload.files[0]?.receivedBytes).toBe(file.bytes.length);
  expect(await callEndpoint(plane.admin, uploads.commitUpload, { params: { id: upload.id } })).toMatchObject({
    version: { version: 1 },
  });
});

test('empty files need not be sent: one beside the model is stored, one in its place is refused', async () => {
  const empty = { path: 'notes.txt', bytes: new Uint8Array() };
  expect(await pushModel(plane, 'annotated', [addModel(21), empty])).toMatchObject({
    version: { files: [{ path: 'model.onnx' }, { path: 'notes.txt', size: 0, sha256: sha256('') }] },
  });
  await expect(pushModel(plane, 'nothing', [{ ...empty, path: 'model.onnx' }])).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringContaining('it is empty'),
  });
  const wrong = await callEndpoint(plane.admin, uploads.createUpload, {
    body: { model: 'nothing', files: [{ path: 'model.onnx', sha256: sha256('not empty'), size: 0 }] },
  });
  await expect(callEndpoint(plane.admin, uploads.commitUpload, { params: { id: wrong.id } })).rejects.toMatchObject({
    code: 'CHECKSUM_MISMATCH',
  });
});

test('a file whose last bytes came just before the process ended is completed at commit', async () => {
  const file = addModel(22);
  const upload = await begin('ended', [file]);
  const folder = join(plane.home, 'uploads', upload.id);
  mkdirSync(folder);
  writeFileSync(join(folder, sha256(file.bytes)), file.bytes);
  expect((await state(upload.id)).files[0]?.receivedBytes).toBe(file.bytes.length);
  expect(await callEndpoint(plane.admin, uploads.commitUpload, { params: { id: upload.id } })).toMatchObject({
    deployed: true,
  });
});

test('what a sender had sent before its connection broke is kept', async () => {
  const file = { path: 'weights.bin', bytes: randomBytes(500_000) };
  const upload = await begin('broken', [addModel(7), file]);
  const { port } = new URL(plane.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    `PATCH /api/v1/uploads/${upload.id}/files/${sha256(file.bytes)}?offset=0 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
      `Authorization: Bearer ${plane.admin.token}\r\nContent-Type: application/octet-stream\r\nContent-Length: 500000\r\n\r\n`,
  );
  socket.write(file.bytes.subarray(0, 100_000));
  await delay(300);
  const second = await sendBytes(plane, upload.id, sha256(file.bytes), 100_000, file.bytes.subarray(100_000));
  expect(await problem(second)).toMatchObject({ code: 'CONFLICT', detail: 'another request is sending this file' });
  socket.destroy();
  await delay(300);
  expect((await state(upload.id)).files[1]?.receivedBytes).toBe(100_000);
  expect((await sendBytes(plane, upload.id, sha256(file.bytes), 100_000, file.bytes.subarray(100_000))).status).toBe(
    200,
  );
});

test('uploads without progress expire; files that nothing needs are removed, files of versions never', async () => {
  const kept = addModel(8);
  await pushModel(plane, 'kept', [kept]);
  const abandoned = { path: 'weights.bin', bytes: randomBytes(2_000) };
  const upload = await begin('abandoned', [addModel(9), abandoned]);
  await sendBytes(plane, upload.id, sha256(abandoned.bytes), 0, abandoned.bytes.subarray(0, 1_000));
  const deleted = addModel(10);
  await pushModel(plane, 'deleted', [deleted]);
  await callEndpoint(plane.admin, models.deleteModel, { params: { name: 'deleted' } });

  const inner = plane.control.plane;
  await removeExpiredUploads(inner);
  expect((await state(upload.id)).files[1]?.receivedBytes).toBe(1_000);
  const later = {
    ...inner,
    clock: { ...inner.clock, wallMs: () => Date.now() + inner.config.uploads.expireAfterMs + 1_000 },
  };
  await removeExpiredUploads(later);
  await expect(state(upload.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await inner.uploadFiles.list()).not.toContain(upload.id);

  const hourAgo = new Date(Date.now() - 7_200_000);
  for (const file of [kept, deleted]) utimesSync(inner.files.pathOf(sha256(file.bytes)), hourAgo, hourAgo);
  await removeUnusedFiles(inner, 3_600_000);
  expect(existsSync(inner.files.pathOf(sha256(kept.bytes)))).toBe(true);
  expect(existsSync(inner.files.pathOf(sha256(deleted.bytes)))).toBe(false);
});
