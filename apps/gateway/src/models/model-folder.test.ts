import type { IncomingMessage, ServerResponse } from 'node:http';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import { startFakeHttpServer, type FakeHttpServer } from '@cluster-ai/testkit/fake-http-server.ts';
import { sha256, snapshotModel } from '@cluster-ai/testkit/snapshot-models.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ControlAddresses } from '../control/control-addresses.ts';
import { ModelFolders } from './model-folder.ts';

const content = 'the bytes of a model';
const model = snapshotModel('iris', 1, { content });
const digest = sha256(content);

let home: string;
let server: FakeHttpServer;
let serve: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'model-folder-'));
  serve = (_request, response) => response.end(content);
  server = await startFakeHttpServer((request, response) => serve(request, response));
});

afterEach(async () => {
  await server.close();
  await rm(home, { recursive: true, force: true });
});

function folders(changed: { readonly modelFiles?: string; readonly controlUrl?: string } = {}): ModelFolders {
  return new ModelFolders({
    home,
    control: new ControlAddresses([changed.controlUrl ?? server.url], new MemoryLog()),
    token: () => 'join',
    modelFiles: changed.modelFiles,
    fetchTimeoutMs: 10_000,
    mapped: { namesToKeep: () => [] },
  });
}

function withFile(path: string, text: string): SnapshotModel {
  return { ...model, digest: sha256(path), files: [{ path, sha256: sha256(text), size: Buffer.byteLength(text) }] };
}

test('files are fetched with the join token, checked and laid out under their paths', async () => {
  let authorization: string | undefined;
  serve = (request, response) => {
    authorization = request.headers.authorization;
    response.end(content);
  };
  const folder = await folders().prepare(withFile('weights/part.bin', content));
  expect(await readFile(join(folder, 'weights/part.bin'), 'utf8')).toBe(content);
  expect(server.requests).toEqual([`GET /api/v1/fleet/files/${digest}`]);
  expect(authorization).toBe('Bearer join');
  expect((await stat(join(home, 'files', digest))).mode & 0o777).toBe(0o600);
});

test('what is on disk is not fetched again, by another version or after a restart, with the control plane away', async () => {
  await folders().prepare(model);
  const restarted = folders({ controlUrl: 'http://127.0.0.1:1' });
  expect(await restarted.prepare(model)).toBe(await restarted.prepare(model));
  const other = await restarted.prepare(withFile('other.onnx', content));
  expect(await readFile(join(other, 'other.onnx'), 'utf8')).toBe(content);
  expect(server.requests).toHaveLength(1);
});

test('files of a store on the same disk are linked, not fetched', async () => {
  const modelFiles = join(home, 'store');
  await mkdir(join(modelFiles, digest.slice(0, 2)), { recursive: true });
  await writeFile(join(modelFiles, digest.slice(0, 2), digest), content);
  const folder = await folders({ modelFiles }).prepare(model);
  expect(await readFile(join(folder, 'model.onnx'), 'utf8')).toBe(content);
  const [source, target] = [join(modelFiles, digest.slice(0, 2), digest), join(folder, 'model.onnx')];
  expect((await stat(target)).ino).toBe((await stat(source)).ino);
  expect(server.requests).toEqual([]);
});

test('a damaged file in that store is not used', async () => {
  const modelFiles = join(home, 'store');
  await mkdir(join(modelFiles, digest.slice(0, 2)), { recursive: true });
  await writeFile(join(modelFiles, digest.slice(0, 2), digest), content.replace('bytes', 'BYTES'));
  const folder = await folders({ modelFiles }).prepare(model);
  expect(await readFile(join(folder, 'model.onnx'), 'utf8')).toBe(content);
});

test('a file that was damaged on this disk is replaced before it is loaded', async () => {
  const prepared = join(await folders().prepare(model), 'model.onnx');
  await writeFile(prepared, content.toUpperCase());
  await folders().prepare(model);
  expect(await readFile(prepared, 'utf8')).toBe(content);
});

test.each([
  ['other bytes of the same length', content.toUpperCase()],
  ['more bytes', `${content} and more`],
  ['fewer bytes', content.slice(0, 5)],
])('%s are refused, and leave nothing behind', async (_what, sent) => {
  serve = (_request, response) => response.end(sent);
  await expect(folders().prepare(model)).rejects.toMatchObject({
    code: 'CHECKSUM_MISMATCH',
    message: expect.stringContaining('model.onnx'),
  });
  expect(await readdir(join(home, 'files'))).toEqual([]);
});

test.each(['../outside', 'a/../../outside', '/etc/passwd', 'a\\b', '.'])(
  'the path %s is refused before anything is written',
  async (path) => {
    await expect(folders().prepare(withFile(path, content))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await readdir(home)).toEqual([]);
    expect(server.requests).toEqual([]);
  },
);

test('a fetch that was cut off is continued where it stopped', async () => {
  const ranges: (string | undefined)[] = [];
  serve = (request, response) => {
    ranges.push(request.headers.range);
    if (request.headers.range !== undefined) {
      response.writeHead(206).end(content.slice(Number(/\d+/.exec(request.headers.range)?.[0])));
      return;
    }
    response.writeHead(200, { 'Content-Length': content.length }).write(content.slice(0, 8));
    setTimeout(() => response.destroy(), 50);
  };
  await expect(folders().prepare(model)).rejects.toMatchObject({ code: 'CONTROL_PLANE_UNAVAILABLE', retryable: true });
  const folder = await folders().prepare(model);
  expect(await readFile(join(folder, 'model.onnx'), 'utf8')).toBe(content);
  expect(ranges).toEqual([undefined, 'bytes=8-']);
});

test('a server that cannot continue sends all, and what was there is not doubled', async () => {
  await mkdir(join(home, 'files'), { recursive: true });
  await writeFile(join(home, 'files', `${digest}.partial`), content.slice(0, 8));
  const folder = await folders().prepare(model);
  expect(await readFile(join(folder, 'model.onnx'), 'utf8')).toBe(content);
});

test.each([
  ['does not listen', 'http://127.0.0.1:1', undefined],
  ['answers 404', undefined, 404],
  ['answers 503', undefined, 503],
])('a control plane that %s is an error that can be tried again', async (_what, controlUrl, status) => {
  serve = (_request, response) => response.writeHead(status ?? 200).end();
  await expect(folders(controlUrl === undefined ? {} : { controlUrl }).prepare(model)).rejects.toMatchObject({
    code: 'CONTROL_PLANE_UNAVAILABLE',
    message: expect.stringContaining('model.onnx'),
  });
});

test('two models with the same content, prepared at once, share one fetch and one folder', async () => {
  const both = folders();
  const twin = { ...model, id: 'twin@1', name: 'twin' };
  const [first, second] = await Promise.all([both.prepare(model), both.prepare(twin)]);
  expect(second).toBe(first);
  expect(server.requests).toHaveLength(1);
});

test('cleaning keeps what is wanted, what is being prepared, and the files that versions share', async () => {
  const kept = folders();
  const shared = withFile('renamed.onnx', content);
  const old = snapshotModel('old', 1, { content: 'old content' });
  await kept.prepare(model);
  await kept.prepare(shared);
  serve = (_request, response) => response.end('old content');
  await kept.prepare(old);
  const coming = snapshotModel('coming', 1, { content: 'coming content' });
  serve = (_request, response) => setTimeout(() => response.end('coming content'), 50);
  const preparing = kept.prepare(coming);
  await kept.keepOnly(() => [shared]);
  const folder = await preparing;
  expect((await readdir(join(home, 'models'))).toSorted()).toEqual([shared.digest, coming.digest].toSorted());
  expect((await readdir(join(home, 'files'))).toSorted()).toEqual([digest, sha256('coming content')].toSorted());
  expect(await readFile(join(folder, 'model.onnx'), 'utf8')).toBe('coming content');
});
