import { heartbeatMs } from '@cluster-ai/contract/api/events.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { changeKind } from './audit-changes.ts';
import { EventStream } from './event-stream.ts';

let ends: string[];

beforeEach(() => {
  ends = [];
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});

afterEach(() => vi.useRealTimers());

function open(): EventStream {
  return new EventStream({ sentId: 5, onEnd: (why) => ends.push(why) });
}

async function textOf(stream: EventStream): Promise<string> {
  let text = '';
  for await (const part of stream.body) text += String(part);
  return text;
}

test('a stream begins with the time to connect again, and ends in order with what was sent', async () => {
  const stream = open();
  stream.sendState('snapshot', '{"version":1}');
  stream.sendChange(6, '{"kind":"route"}');
  stream.end('the test is over');
  stream.sendChange(7, 'too late');
  expect(await textOf(stream)).toBe(
    'retry: 1000\n\nevent: snapshot\nid: 5\ndata: {"version":1}\n\nevent: changed\nid: 6\ndata: {"kind":"route"}\n\n',
  );
  expect(ends).toEqual(['the test is over']);
});

test('a state is sent once, and again when it is another', async () => {
  const stream = open();
  for (const json of ['1', '1', '2', '1']) stream.sendState('overview', json);
  stream.end('');
  expect((await textOf(stream)).match(/^data: .*/gm)).toEqual(['data: 1', 'data: 2', 'data: 1']);
});

test('a comment shows that the connection lives, as long as it does', async () => {
  const stream = open();
  vi.advanceTimersByTime(2 * heartbeatMs);
  stream.end('');
  vi.advanceTimersByTime(10 * heartbeatMs);
  expect((await textOf(stream)).match(/^:$/gm)).toHaveLength(2);
});

test('a client that does not read is cut before it fills the memory', () => {
  const stream = open();
  const json = JSON.stringify('x'.repeat(99_000));
  let sent = 0;
  while (!stream.isEnded && sent < 1_000) stream.sendChange((sent += 1), json);
  expect(sent * 99_000).toBeLessThan(5_000_000);
  expect(stream.body.destroyed).toBe(true);
  expect(ends).toEqual(['the client does not read']);
});

test('a client that goes away ends its stream', async () => {
  const stream = open();
  stream.body.destroy();
  await vi.waitFor(() => expect(ends).toEqual(['the client went away']));
});

test('what an audit entry is about', () => {
  const actions = ['model.create', 'version.delete', 'alias.set', 'upload.create', 'route.rollback', 'key.revoke'];
  expect(actions.map(changeKind)).toEqual(['model', 'model', 'model', 'model', 'route', 'key']);
  expect(['user.role', 'setting.change', 'session.start', 'examples.import', ''].map(changeKind)).toEqual([
    'user',
    'setting',
    null,
    null,
    null,
  ]);
});
