import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SignedSnapshot } from '@cluster-ai/contract/snapshot.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { startFakeHttpServer, type FakeHttpServer } from '@cluster-ai/testkit/fake-http-server.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { signed, snapshotOf } from '@cluster-ai/testkit/snapshot-models.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ControlAddresses } from '../control/control-addresses.ts';
import { readSnapshot } from './read-snapshot.ts';
import { SnapshotPoll } from './snapshot-poll.ts';

let server: FakeHttpServer;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let control: ControlAddresses;
let poll: SnapshotPoll;
let log: MemoryLog;
let received: number[];
let refuse: boolean;

beforeEach(async () => {
  answer = (_request, response) => reply(response, null);
  server = await startFakeHttpServer((request, response) => answer(request, response));
  log = new MemoryLog();
  received = [];
  refuse = false;
  poll = pollOf(server.url);
});

afterEach(async () => {
  await poll.stop();
  await server.close();
});

function pollOf(...controlUrls: [string, ...string[]]): SnapshotPoll {
  control = new ControlAddresses(controlUrls, log);
  return new SnapshotPoll({
    control,
    log,
    token: () => 'join',
    present: () => (received.length === 0 ? null : { epoch: 'epoch-1', version: received.at(-1) ?? 0 }),
    onSnapshot: async (snapshot) => {
      if (refuse) throw new ClusterError('CHECKSUM_MISMATCH', 'the snapshot is damaged');
      received.push(readSnapshot(snapshot).version);
    },
  });
}

function reply(response: ServerResponse, snapshot: SignedSnapshot | null): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ snapshot }));
}

function version(number: number): SignedSnapshot {
  return signed(snapshotOf(number, [], []));
}

function queryOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(new URL(request.url ?? '', 'http://localhost').searchParams);
}

test('the first poll asks for an answer at once, the next ones wait at the control plane, each from what there is', async () => {
  const queries: Record<string, string>[] = [];
  answer = (request, response) => {
    queries.push(queryOf(request));
    if (queries.length < 3) reply(response, version(queries.length));
  };
  poll.start();
  await vi.waitFor(() => expect(queries).toHaveLength(3), 5_000);
  expect(received).toEqual([1, 2]);
  expect(queries).toEqual([
    { epoch: '', version: '-1', waitMs: '0' },
    { epoch: 'epoch-1', version: '1', waitMs: '25000' },
    { epoch: 'epoch-1', version: '2', waitMs: '25000' },
  ]);
});

test('staleness is unknown before the first contact and small after it', async () => {
  expect(poll.stalenessSeconds).toBeNull();
  poll.start();
  await vi.waitFor(() => expect(poll.stalenessSeconds).toBeLessThan(5), 5_000);
});

test('a control plane that is away is asked again, told of once, and its return is told', async () => {
  await server.close();
  poll.start();
  await vi.waitFor(() => expect(log.messages('warn')).toHaveLength(1), 5_000);
  await new Promise((resolve) => setTimeout(resolve, 600));
  answer = (request, response) => {
    if (received.length === 0) reply(response, version(7));
    else if (queryOf(request)['waitMs'] === '0') reply(response, null);
  };
  server = await startFakeHttpServer(
    (request, response) => answer(request, response),
    Number(new URL(server.url).port),
  );
  await vi.waitFor(() => expect(received).toEqual([7]), 5_000);
  expect(log.messages('warn')).toEqual([expect.stringContaining('serving from the last one')]);
  await vi.waitFor(() => expect(log.messages('info')).toContain('the control plane answers again'), 5_000);
});

test('a snapshot that is refused is told of once, and asked for again', async () => {
  refuse = true;
  answer = (_request, response) => reply(response, version(1));
  poll.start();
  await vi.waitFor(() => expect(server.requests.length).toBeGreaterThanOrEqual(3), 5_000);
  expect(log.messages('info')).toEqual([expect.stringContaining('the snapshot is damaged')]);
  refuse = false;
  await vi.waitFor(() => expect(received).toContain(1), 5_000);
});

test.each([
  ['something that is no JSON', (response: ServerResponse) => response.end('<html>')],
  [
    'a problem document',
    (response: ServerResponse) =>
      response.writeHead(401).end(
        JSON.stringify({
          type: 'x',
          title: 'x',
          status: 401,
          detail: 'the token is not known',
          code: 'UNAUTHENTICATED',
          requestId: 'r',
        }),
      ),
  ],
  [
    'half an answer',
    (response: ServerResponse) =>
      void response.writeHead(200, { 'Content-Length': 1_000 }).write('{', () => response.destroy()),
  ],
])('%s does not stop the polling', async (_what, send) => {
  let count = 0;
  answer = (_request, response) => {
    count += 1;
    if (count <= 2) send(response);
    else if (received.length === 0) reply(response, version(3));
  };
  poll.start();
  await vi.waitFor(() => expect(received).toEqual([3]), 5_000);
});

test('a control plane that answers at once, whatever it is asked, is not asked without pause', async () => {
  poll.start();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(server.requests.length).toBeGreaterThan(2);
  expect(server.requests.length).toBeLessThan(15);
});

test('stopping ends a poll that waits', async () => {
  const { promise: asked, resolve: waits } = Promise.withResolvers<void>();
  answer = (request, response) => {
    if (queryOf(request)['waitMs'] === '0') reply(response, null);
    else waits();
  };
  poll.start();
  await asked;
  const startedAtMs = performance.now();
  await poll.stop();
  expect(performance.now() - startedAtMs).toBeLessThan(5_000);
});

test('of two control planes the other one is asked when the first ends, and stays the one', async () => {
  answer = (_request, response) => (received.length === 0 ? reply(response, version(1)) : undefined);
  const asked: string[] = [];
  const second = await startFakeHttpServer((request, response) => {
    asked.push(queryOf(request)['waitMs'] ?? '');
    if (asked.length === 1) reply(response, version(2));
  });
  const both = pollOf(server.url, second.url);
  try {
    both.start();
    await vi.waitFor(() => expect(received).toEqual([1]), 5_000);
    await vi.waitFor(() => expect(server.requests).toHaveLength(2), 5_000);
    expect(asked).toEqual([]);
    const beganMs = performance.now();
    await server.close();
    await vi.waitFor(() => expect(received).toEqual([1, 2]), 5_000);
    console.log(
      `a snapshot from the second control plane ${Math.round(performance.now() - beganMs)} ms after the end of the first`,
    );
    await vi.waitFor(() => expect(asked).toEqual(['0', '25000']), 5_000);
  } finally {
    await both.stop();
    await second.close();
  }
});

test('a poll that waits at a control plane which has stopped answering others goes elsewhere at once', async () => {
  answer = (_request, response) => (received.length === 0 ? reply(response, version(1)) : undefined);
  const second = await startFakeHttpServer((_request, response) => received.length < 2 && reply(response, version(2)));
  const both = pollOf(server.url, second.url);
  try {
    both.start();
    await vi.waitFor(() => expect(server.requests).toHaveLength(2), 5_000);
    control.failed(server.url);
    await vi.waitFor(() => expect(received).toEqual([1, 2]), 5_000);
  } finally {
    await both.stop();
    await second.close();
  }
});
