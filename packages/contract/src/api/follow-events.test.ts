import type { ServerResponse } from 'node:http';
import { startFakeHttpServer, type FakeHttpServer } from '@cluster-ai/testkit/fake-http-server.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ServerEvent } from './events.ts';
import { followEvents, type FollowState } from './follow-events.ts';

let server: FakeHttpServer;
let answers: ((response: ServerResponse) => void)[];
let seen: { lastEventId: string | undefined; authorization: string | undefined }[];
let events: ServerEvent[];
let states: FollowState[];
let stop: AbortController;

beforeEach(async () => {
  [answers, seen, events, states, stop] = [[], [], [], [], new AbortController()];
  server = await startFakeHttpServer(({ headers }, response) => {
    seen.push({ lastEventId: headers['last-event-id']?.toString(), authorization: headers.authorization });
    answers.shift()?.(response);
  });
});

afterEach(async () => {
  stop.abort();
  await server.close();
});

function follow(): Promise<void> {
  return followEvents({
    baseUrl: server.url,
    token: 'secret',
    signal: stop.signal,
    onEvent: (event) => events.push(event),
    onState: (state) => states.push(state),
  });
}

function streamed(text: string, ends: boolean) {
  return (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`retry: 10\n\n${text}`);
    if (ends) response.end();
  };
}

function refused(status: number, code: string) {
  return (response: ServerResponse): void => {
    const problem = { type: 'x', title: 'x', status, detail: `no: ${code}`, code, requestId: 'r' };
    response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
  };
}

const changed = (id: number, name: string): string =>
  `event: changed\nid: ${id}\ndata: ${JSON.stringify({ kind: 'route', name })}\n\n`;

test('events are typed, those of a later version are passed over, and the token goes in a header', async () => {
  answers.push(streamed(`event: of-tomorrow\ndata: 1\n\n:\n\n${changed(3, 'iris')}`, false));
  void follow();
  await vi.waitFor(() => expect(events).toEqual([{ event: 'changed', data: { kind: 'route', name: 'iris' } }]), 1_500);
  expect(states).toEqual([{ state: 'connecting' }, { state: 'open' }]);
  expect(seen[0]).toEqual({ lastEventId: undefined, authorization: 'Bearer secret' });
  expect(server.requests).toEqual(['GET /api/v1/events']);
});

test('after an end it connects again, with the id of the last event', async () => {
  answers.push(streamed(changed(3, 'iris'), true), refused(503, 'SHUTTING_DOWN'), streamed(changed(4, 'mnist'), false));
  void follow();
  await vi.waitFor(() => expect(events).toHaveLength(2), 8_000);
  expect(seen.map(({ lastEventId }) => lastEventId)).toEqual([undefined, '3', '3']);
  expect(states.map(({ state }) => state)).toEqual([
    'connecting',
    'open',
    'waiting',
    'connecting',
    'waiting',
    'connecting',
    'open',
  ]);
});

test.each([
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
] as const)('a caller that is refused with %i is not tried again', async (status, code) => {
  answers.push(streamed('', true), refused(status, code));
  await follow();
  expect(states.at(-1)).toMatchObject({ state: 'refused', error: { code, message: `no: ${code}` } });
  expect(server.requests).toHaveLength(2);
});

test('nobody there is waited for, and the signal ends it', async () => {
  await server.close();
  const following = follow();
  await vi.waitFor(() => expect(states.at(-1)).toMatchObject({ state: 'waiting' }), 1_500);
  expect(states.at(-1)).toMatchObject({ error: { code: 'CONTROL_PLANE_UNAVAILABLE' } });
  stop.abort();
  await following;
});
