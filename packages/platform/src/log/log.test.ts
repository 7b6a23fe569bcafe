import { ClusterError } from '@cluster-ai/core/errors.ts';
import { expect, test } from 'vitest';
import { createLogger } from './log.ts';

function capture(level: 'debug' | 'info' | 'warn' | 'error') {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({
    program: 'gateway',
    level,
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  return { log, lines };
}

test('a line is one JSON object with level as a word, ISO time, program and pid', () => {
  const { log, lines } = capture('info');
  log.info({ requestId: 'r-1', durationMs: 3 }, 'answered');
  expect(lines).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      program: 'gateway',
      pid: process.pid,
      requestId: 'r-1',
      durationMs: 3,
      message: 'answered',
    },
  ]);
});

test('lines below the level are not written', () => {
  const { log, lines } = capture('warn');
  log.debug({}, 'a');
  log.info({}, 'b');
  log.warn({}, 'c');
  log.error({}, 'd');
  expect(lines.map((line) => line['message'])).toEqual(['c', 'd']);
});

test('values under keys that name a secret are hidden at any depth', () => {
  const { log, lines } = capture('info');
  log.info(
    {
      authorization: 'Bearer abc',
      headers: { Authorization: 'Bearer abc', host: 'a' },
      list: [{ adminToken: 'abc' }],
      databaseUrl: 'abc',
      password: 'abc',
      tokens: 3,
    },
    'call',
  );
  expect(JSON.stringify(lines)).not.toContain('abc');
  expect(lines[0]).toMatchObject({ authorization: '(hidden)', headers: { host: 'a' }, tokens: 3 });
});

test('an error keeps its code, message, stack and cause', () => {
  const { log, lines } = capture('info');
  log.error({ error: new ClusterError('INTERNAL', 'outer', { cause: new Error('inner') }) }, 'failed');
  expect(lines[0]?.['error']).toMatchObject({
    name: 'ClusterError',
    code: 'INTERNAL',
    message: 'outer',
    stack: expect.stringContaining('log.test.ts'),
    cause: { name: 'Error', message: 'inner' },
  });
});

test('binary data, big integers and deep values do not flood or break a line', () => {
  const { log, lines } = capture('info');
  const ring: Record<string, unknown> = {};
  ring['self'] = ring;
  log.info({ body: new Uint8Array(4096), count: 12n, ring }, 'odd');
  expect(lines[0]).toMatchObject({ body: '(4096 bytes)', count: '12' });
  expect(JSON.stringify(lines[0]).length).toBeLessThan(1_000);
});

test('the level can be changed while the program runs', () => {
  const { log, lines } = capture('info');
  log.debug({}, 'a');
  log.setLevel('debug');
  log.debug({}, 'b');
  log.setLevel('error');
  log.warn({}, 'c');
  expect(lines.map((line) => line['message'])).toEqual(['b']);
  expect(log.level).toBe('error');
});
