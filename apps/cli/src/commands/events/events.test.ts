import { startFakeHttpServer } from '@cluster-ai/testkit/fake-http-server.ts';
import type { FakeHttpServer } from '@cluster-ai/testkit/fake-http-server.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { captureCli } from '../../testing/capture-cli.ts';

const changed = (id: number, name: string) =>
  `id: ${id}\nevent: changed\ndata: ${JSON.stringify({ kind: 'model', name })}\n\n`;

let server: FakeHttpServer;
let lastIds: (string | undefined)[];
beforeEach(async () => {
  vi.stubEnv('CLUSTER_AI_TOKEN', 'cai_test');
  lastIds = [];
  server = await startFakeHttpServer(({ headers }, response) => {
    if (headers.authorization !== 'Bearer cai_test') {
      const problem = {
        type: '',
        title: '',
        status: 401,
        detail: 'who are you',
        code: 'UNAUTHENTICATED',
        requestId: 'r',
      };
      response.writeHead(401).end(JSON.stringify(problem));
      return;
    }
    lastIds.push(headers['last-event-id'] as string | undefined);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('retry: 20\n\n');
    // The first connection breaks after two events; the next goes on from there.
    if (lastIds.length === 1) response.end(`${changed(1, 'iris')}event: snapshot\ndata: {"epoch":"e","version":7}\n\n`);
    else response.write(`event: of-tomorrow\ndata: {}\n\n${changed(2, 'flowers')}`);
  });
});
afterEach(() => server.close());

const events = (...words: string[]) => captureCli('events', ...words, '--server', server.url);

test('events are followed over a broken connection, from the last one on', async () => {
  const { code, stdout, stderr } = await events('--count', '3');
  expect([code, lastIds]).toEqual([0, [undefined, '1']]);
  expect(stdout.split('\n').map((line) => line.replace(/^\S+ +/, ''))).toEqual([
    'changed   model iris',
    'snapshot  version 7',
    'changed   model flowers',
    '',
  ]);
  expect(stderr).toBe('warning: the stream of events has ended; connecting again\n');
});

test('those that were asked for, one JSON object a line', async () => {
  const { stdout } = await events('--event', 'changed', '--count', '2', '-o', 'json');
  const objects = stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(objects).toEqual([
    { event: 'changed', data: { kind: 'model', name: 'iris' } },
    { event: 'changed', data: { kind: 'model', name: 'flowers' } },
  ]);
});

test('who is not allowed is told at once', async () => {
  vi.stubEnv('CLUSTER_AI_TOKEN', 'wrong');
  const { code, stderr } = await events();
  expect([code, stderr]).toEqual([5, expect.stringContaining('error: who are you')]);
});

test('where nobody listens it does not wait', async () => {
  await server.close();
  const { code, stderr } = await events();
  expect([code, stderr]).toEqual([4, expect.stringContaining('nobody answers')]);
  server = await startFakeHttpServer(() => undefined);
});
