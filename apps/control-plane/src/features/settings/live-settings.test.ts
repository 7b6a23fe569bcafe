import { controlPlaneConfigSchema } from '@cluster-ai/contract/config/control-plane.ts';
import { runtimeSettingDefaults, runtimeSettingNames } from '@cluster-ai/contract/config/runtime-settings.ts';
import { loadConfig } from '@cluster-ai/platform/config/load-config.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { expect, test } from 'vitest';
import { createLiveSettings } from './live-settings.ts';
import type { StoredSetting } from './live-settings.ts';

function settings(env: Record<string, string> = {}, flags: Record<string, string> = {}) {
  const log = new MemoryLog();
  const { settings: given } = loadConfig({
    program: 'control-plane',
    schema: controlPlaneConfigSchema,
    defaults: { home: '/h', 'database.url': 'postgres://x', 'auth.adminTokenFile': 'a', 'auth.gatewayTokenFile': 'b' },
    env,
    flags: Object.entries(flags).map(([path, value]) => ({ name: `--${path}`, path, value })),
  });
  return { live: createLiveSettings(given, log), log };
}

const row = (name: string, value: unknown): StoredSetting => ({
  name,
  value,
  changedAt: new Date(0),
  changedBy: 'admin',
});

test('without anything given every setting has its default', async () => {
  const { live } = settings();
  expect(live.current).toEqual(runtimeSettingDefaults);
  for (const name of runtimeSettingNames) {
    expect(live.stateOf(name)).toMatchObject({ source: { kind: 'default' }, fixed: false, stored: null });
  }
});

test('the database wins over the default, and going back is seen', async () => {
  const { live } = settings();
  await live.refresh(async () => [row('session_timeout', 5)]);
  expect(live.current.session_timeout).toBe(5);
  expect(live.stateOf('session_timeout')).toMatchObject({ source: { kind: 'database' }, fixed: false });
  await live.refresh(async () => []);
  expect(live.current).toEqual(runtimeSettingDefaults);
});

test('environment and flag win over the database, the flag over the environment', async () => {
  const { live } = settings(
    { CLUSTER_AI_SESSION_TIMEOUT: '7', CLUSTER_AI_MAX_LOGIN_ATTEMPTS: '3' },
    { 'settings.max_login_attempts': '4' },
  );
  await live.refresh(async () => [row('session_timeout', 5), row('max_login_attempts', 9)]);
  expect(live.current).toMatchObject({ session_timeout: 7, max_login_attempts: 4 });
  expect(live.stateOf('session_timeout')).toMatchObject({
    fixed: true,
    source: { kind: 'env', name: 'CLUSTER_AI_SESSION_TIMEOUT' },
    stored: { value: 5 },
  });
  expect(live.stateOf('max_login_attempts').source).toEqual({ kind: 'flag', name: '--settings.max_login_attempts' });
});

test('a value out of range at the start is refused with what is allowed', async () => {
  expect(() => settings({ CLUSTER_AI_UPDATE_INTERVAL: '0' })).toThrow(
    'CLUSTER_AI_UPDATE_INTERVAL: settings.update_interval is 0; allowed: a whole number from 1 to 60',
  );
});

test('a value in the database that is not allowed leaves the default in effect, and is told of once', async () => {
  const { live, log } = settings();
  await live.refresh(async () => [row('log_level', 'loud'), row('of_another_version', 1)]);
  await live.refresh(async () => [row('log_level', 'loud')]);
  expect(live.current).toEqual(runtimeSettingDefaults);
  expect(log.messages('warn')).toHaveLength(1);
});

test('who follows is called at once and after changes of what is in effect, not otherwise', async () => {
  const { live } = settings({ CLUSTER_AI_LOG_LEVEL: 'warn' });
  const seen: string[] = [];
  live.follow(({ log_level, update_interval }) => seen.push(`${log_level} ${update_interval}`));
  await live.refresh(async () => [row('log_level', 'debug')]);
  await live.refresh(async () => [row('update_interval', 2)]);
  await live.refresh(async () => [row('update_interval', 9)]);
  expect(seen).toEqual(['warn 2', 'warn 9']);
});

test('of two reads at once the one that began later wins, whichever ends last', async () => {
  const live = createLiveSettings([], new MemoryLog());
  expect(live.known).toBe(false);
  const slow = Promise.withResolvers<ReturnType<typeof row>[]>();
  const earlier = live.refresh(() => slow.promise);
  await live.refresh(async () => [row('session_timeout', 7)]);
  slow.resolve([row('session_timeout', 5)]);
  await earlier;
  expect([live.known, live.current.session_timeout]).toEqual([true, 7]);
});
