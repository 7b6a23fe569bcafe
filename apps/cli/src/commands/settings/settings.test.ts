import { listProgramSettings, listSettings, putSetting, resetSetting } from '@cluster-ai/contract/api/settings.ts';
import type { RuntimeSetting } from '@cluster-ai/contract/api/settings.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { answering, startFakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import type { FakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { captureCli } from '../../testing/capture-cli.ts';

const timeout: RuntimeSetting = {
  name: 'session_timeout',
  value: 60,
  defaultValue: 30,
  unit: 'minutes',
  description: 'How long a session lasts.',
  allowed: 'a whole number from 1 to 43200',
  choices: null,
  min: 1,
  max: 43_200,
  source: { kind: 'database', text: 'database' },
  fixed: false,
  changedAt: '2026-01-01T10:00:00.000Z',
  changedBy: 'ada@example.com',
};
const level: RuntimeSetting = {
  ...timeout,
  name: 'log_level',
  value: 'debug',
  defaultValue: 'info',
  unit: null,
  source: { kind: 'env', text: 'CLUSTER_AI_LOG_LEVEL' },
  fixed: true,
  changedAt: null,
  changedBy: null,
};

let plane: FakeControlPlane;
beforeAll(async () => {
  plane = await startFakeControlPlane([
    answering(listSettings, () => ({ items: [timeout, level] })),
    answering(putSetting, ({ params: { name }, body: { value } }) => {
      if (name === 'log_level') throw new ClusterError('CONFLICT', 'log_level is fixed', { fix: 'change it there' });
      return { ...timeout, name, value };
    }),
    answering(resetSetting, ({ params: { name } }) => ({ ...timeout, name, value: 30 })),
    answering(listProgramSettings, () => ({
      items: [
        {
          name: 'database.url',
          shown: '(set)',
          secret: true,
          description: '',
          allowed: 'a text',
          env: 'X',
          source: { kind: 'env' as const, text: 'DATABASE_URL' },
        },
      ],
    })),
  ]);
});
afterAll(() => plane.close());
beforeEach(() => {
  plane.calls.length = 0;
  vi.stubEnv('CLUSTER_AI_TOKEN', 'cai_test');
});

const settings = (...words: string[]) => captureCli('settings', ...words, '--server', plane.url);

test('the list shows values with their units and where each comes from', async () => {
  expect((await settings('list')).stdout.split('\n')).toEqual([
    'SETTING          VALUE       SOURCE                        DEFAULT  ALLOWED',
    'session_timeout  60 minutes  database                      30       a whole number from 1 to 43200',
    'log_level        debug       CLUSTER_AI_LOG_LEVEL (fixed)  info     a whole number from 1 to 43200',
    '',
  ]);
  expect((await settings('list', '--program')).stdout).toBe(
    'SETTING       VALUE  SOURCE\ndatabase.url  (set)  DATABASE_URL\n',
  );
});

test('one setting is shown with who changed it', async () => {
  const { stdout } = await settings('get', 'session_timeout');
  expect(stdout).toContain('value    60 minutes\n');
  expect(stdout).toContain('changed  2026-01-01 10:00Z by ada@example.com\n');
});

test('numbers are sent as numbers, words as words', async () => {
  expect((await settings('set', 'session_timeout', '45')).stdout).toBe('session_timeout is now 45 minutes\n');
  await settings('set', 'update_interval', 'often');
  expect(plane.calls.map(({ params, body }) => [params, body])).toEqual([
    [{ name: 'session_timeout' }, { value: 45 }],
    [{ name: 'update_interval' }, { value: 'often' }],
  ]);
  expect((await settings('reset', 'session_timeout')).stdout).toBe(
    'session_timeout is back at its default, 30 minutes\n',
  );
});

test('a setting that is fixed says where, and an unknown one which there are', async () => {
  const fixed = await settings('set', 'log_level', 'warn');
  expect([fixed.code, fixed.stderr]).toEqual([1, expect.stringContaining('change it there')]);
  const unknown = await settings('get', 'sesion_timeout');
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('session_timeout')]);
});
