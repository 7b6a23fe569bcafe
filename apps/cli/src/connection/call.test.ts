import { setAlias } from '@cluster-ai/contract/api/models.ts';
import type { Model } from '@cluster-ai/contract/api/models.ts';
import { startFakeHttpServer } from '@cluster-ai/testkit/fake-http-server.ts';
import type { FakeHttpServer } from '@cluster-ai/testkit/fake-http-server.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { captureCli } from '../testing/capture-cli.ts';

const at = '2026-01-01T10:00:00.000Z';
const model: Model = {
  name: 'iris',
  description: '',
  createdAt: at,
  revision: 1,
  updatedAt: at,
  updatedBy: 'ana@example.com',
  aliases: { champion: 2 },
  versionCount: 0,
  lastVersionAt: null,
  versions: [],
  route: null,
};

/** What happens to the calls, one after another; the last goes on. */
let fates: ('lost' | 'answered' | { status: number; code: string })[];
let keys: unknown[];
let server: FakeHttpServer;
beforeEach(async () => {
  vi.stubEnv('CLUSTER_AI_TOKEN', 'cai_test');
  keys = [];
  server = await startFakeHttpServer((request, response) => {
    keys.push(request.headers['idempotency-key']);
    const fate = fates.length > 1 ? fates.shift() : fates[0];
    if (fate === 'lost') response.destroy();
    else if (fate === undefined || fate === 'answered') response.end(JSON.stringify(model));
    else {
      const { status, code } = fate;
      const problem = { type: '', title: code, status, detail: `it is ${code}`, code, requestId: 'r1' };
      response.writeHead(status).end(JSON.stringify(problem));
    }
  });
});
afterEach(() => server.close());

const write = () => captureCli('alias', 'set', 'iris', 'champion', '2', '--server', server.url);

test('a write whose answer was lost is sent again under the same key', async () => {
  fates = ['lost', 'answered'];
  const { code, stdout, stderr } = await write();
  expect([code, stdout]).toEqual([0, 'champion is version 2 of iris\n']);
  expect(stderr).toContain('does not answer; trying again in 0.30 s');
  expect(keys).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), keys[0]]);
  expect(setAlias.method).toBe('PUT');
});

test('two commands have two keys', async () => {
  fates = ['answered'];
  await write();
  await write();
  expect(keys[0]).not.toBe(keys[1]);
});

test('what is still being worked on is waited for', async () => {
  fates = [{ status: 409, code: 'REQUEST_IN_PROGRESS' }, 'answered'];
  expect(await write()).toMatchObject({ code: 0 });
});

test('what will not pass by itself is told at once', async () => {
  fates = [{ status: 409, code: 'CONFLICT' }];
  const { code, stderr } = await write();
  expect([code, stderr, keys.length]).toEqual([1, 'error: it is CONFLICT\nrequest: r1\n', 1]);
});

test('a server that is gone for good is given up', async () => {
  fates = ['lost'];
  const { code, stderr } = await write();
  expect([code, keys.length]).toEqual([4, 4]);
  expect(stderr.match(/trying again/g)).toHaveLength(3);
});

test('where nobody listens, nobody is waited for', async () => {
  await server.close();
  const { code, stderr } = await write();
  expect([code, stderr]).toEqual([4, expect.not.stringContaining('trying again')]);
  server = await startFakeHttpServer(() => undefined);
});

test('a read is repeated without a key', async () => {
  fates = ['lost', 'answered'];
  expect(await captureCli('alias', 'list', 'iris', '--server', server.url)).toMatchObject({ code: 0 });
  expect(keys).toEqual([undefined, undefined]);
});
