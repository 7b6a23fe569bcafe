import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { reportGateway } from '@cluster-ai/contract/api/fleet.ts';
import { listProgramSettings, listSettings, putSetting, resetSetting } from '@cluster-ai/contract/api/settings.ts';
import { runtimeSettingDefaults, runtimeSettingNames } from '@cluster-ai/contract/config/runtime-settings.ts';
import type { RuntimeSettingName } from '@cluster-ai/contract/config/runtime-settings.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { EventsClient } from './control-plane/events-client.ts';
import { startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';
import { gatewayReport } from './control-plane/gateway-report.ts';

let postgres: PostgresServer;
const planes: RunningPlane[] = [];

beforeAll(async () => {
  postgres = await startPostgres(18);
});

afterEach(async () => {
  for (const plane of planes.splice(0)) await plane.remove();
});

afterAll(() => postgres.remove());

async function start(url: string, env: Record<string, string> = {}): Promise<RunningPlane> {
  const plane = await startPlane(url, { env });
  planes.push(plane);
  return plane;
}

async function settingOf(plane: RunningPlane, name: RuntimeSettingName) {
  const { items } = await callEndpoint({ ...plane.admin, token: undefined }, listSettings);
  const found = items.find((item) => item.name === name);
  if (found === undefined) throw new Error(`no setting ${name}`);
  return found;
}

function put(plane: RunningPlane, name: RuntimeSettingName, value: number | string) {
  return callEndpoint(plane.admin, putSetting, { params: { name }, body: { value } });
}

test('every setting is listed with its default, its range and its unit', async () => {
  const plane = await start(await postgres.createDatabase());
  const { items } = await callEndpoint(plane.admin, listSettings);
  expect(items.map(({ name }) => name)).toEqual(runtimeSettingNames);
  for (const item of items) {
    expect(item).toMatchObject({
      value: runtimeSettingDefaults[item.name],
      defaultValue: runtimeSettingDefaults[item.name],
      source: { kind: 'default', text: 'default' },
      fixed: false,
      changedAt: null,
      changedBy: null,
    });
    expect(item.description).not.toBe('');
    if (item.choices === null) expect([item.min, item.max, item.unit].every((each) => each !== null)).toBe(true);
  }
  expect(await settingOf(plane, 'log_level')).toMatchObject({
    choices: ['debug', 'info', 'warn', 'error'],
    unit: null,
  });
});

test('a change is in effect at once here and within two seconds in the other control plane, audited and announced', async () => {
  const url = await postgres.createDatabase();
  const [one, two] = [await start(url), await start(url)];
  const page = new EventsClient(two);
  await page.until('the state', 5_000, () => page.overviews.length === 1);
  const changed = await put(one, 'session_timeout', 45);
  expect(changed).toMatchObject({
    value: 45,
    source: { kind: 'database', text: 'database' },
    changedBy: 'admin-token',
  });
  expect(one.control.plane.settings.current.session_timeout).toBe(45);
  const tookMs = await page.until('in effect', 10_000, () => two.control.plane.settings.current.session_timeout === 45);
  console.log(`in effect in the other control plane after ${tookMs} ms`);
  expect(tookMs).toBeLessThan(2_000);
  await page.until('announced', 5_000, () => page.changes.includes('setting session_timeout'));
  await page.stop();

  // The same value again is no change.
  await put(one, 'session_timeout', 45);
  await callEndpoint(one.admin, resetSetting, { params: { name: 'session_timeout' } });
  expect(await settingOf(one, 'session_timeout')).toMatchObject({ value: 30, source: { kind: 'default' } });
  await callEndpoint(one.admin, resetSetting, { params: { name: 'session_timeout' } });
  const entries = (await callEndpoint(one.admin, listAudit)).items.filter(({ action }) =>
    action.startsWith('setting.'),
  );
  expect(entries).toMatchObject([
    { action: 'setting.reset', target: 'session_timeout', detail: { from: 45, to: 30 } },
    { action: 'setting.change', target: 'session_timeout', detail: { from: 30, to: 45 } },
  ]);
});

test('a setting outlives the control plane', async () => {
  const url = await postgres.createDatabase();
  await put(await start(url), 'max_login_attempts', 3);
  const again = await start(url);
  expect(again.control.plane.settings.current.max_login_attempts).toBe(3);
});

test('a value that is not allowed is refused with what is', async () => {
  const plane = await start(await postgres.createDatabase());
  for (const [name, value, message] of [
    ['session_timeout', 0, 'session_timeout is 0; allowed: a whole number from 1 to 43200'],
    ['session_timeout', 1.5, 'session_timeout is 1.5; allowed: a whole number from 1 to 43200'],
    ['session_timeout', 'soon', 'session_timeout is "soon"; allowed: a whole number from 1 to 43200'],
    ['log_level', 'loud', 'log_level is "loud"; allowed: debug, info, warn or error'],
  ] as const) {
    await expect(put(plane, name, value)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message });
    expect(await settingOf(plane, name)).toMatchObject({ value: runtimeSettingDefaults[name] });
  }
});

test('what the control plane was started with wins, says where it is fixed, and cannot be changed here', async () => {
  const url = await postgres.createDatabase();
  const free = await start(url);
  await put(free, 'lockout_minutes', 60);
  const plane = await start(url, { CLUSTER_AI_LOCKOUT_MINUTES: '5' });
  expect(await settingOf(plane, 'lockout_minutes')).toMatchObject({
    value: 5,
    fixed: true,
    source: { kind: 'env', text: 'CLUSTER_AI_LOCKOUT_MINUTES' },
    changedBy: 'admin-token',
  });
  const message =
    'lockout_minutes is fixed by the variable CLUSTER_AI_LOCKOUT_MINUTES, which wins over what is set here';
  await expect(put(plane, 'lockout_minutes', 7)).rejects.toMatchObject({ code: 'CONFLICT', message });
  await expect(callEndpoint(plane.admin, resetSetting, { params: { name: 'lockout_minutes' } })).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  expect(free.control.plane.settings.current.lockout_minutes).toBe(60);
});

test('the log level reaches this log and, with the answer to its report, a gateway', async () => {
  const plane = await start(await postgres.createDatabase());
  const report = () =>
    callEndpoint(plane.gateway, reportGateway, { body: gatewayReport({ id: 'a@1', digest: '0'.repeat(64) }) });
  expect(await report()).toMatchObject({ logLevel: 'info' });
  const debugLines = (): number => plane.log.filter((line) => line.includes('"level":"debug"')).length;
  expect(debugLines()).toBe(0);
  await put(plane, 'log_level', 'debug');
  expect(await report()).toMatchObject({ logLevel: 'debug' });
  expect(debugLines()).toBeGreaterThan(0);
  await put(plane, 'log_level', 'error');
  const before = plane.log.length;
  await put(plane, 'update_interval', 5);
  expect(plane.log.length).toBe(before);
});

test('a log.level that the control plane was given stays', async () => {
  const plane = await start(await postgres.createDatabase(), { CLUSTER_AI_CONTROL_PLANE_LOG_LEVEL: 'info' });
  await put(plane, 'log_level', 'debug');
  expect(plane.log.some((line) => line.includes('"level":"debug"'))).toBe(false);
});

test('what the control plane was started with is shown with its sources, and secrets are not', async () => {
  const plane = await start(await postgres.createDatabase(), { CLUSTER_AI_CONTROL_PLANE_DATABASE_POOL_MAX: '7' });
  const answer = await callEndpoint(plane.admin, listProgramSettings);
  const shown = new Map(answer.items.map(({ name, ...rest }) => [name, rest]));
  expect(shown.get('database.url')).toMatchObject({ shown: '(set)', secret: true });
  expect(shown.get('database.poolMax')).toMatchObject({
    shown: '7',
    source: { kind: 'env', text: 'CLUSTER_AI_CONTROL_PLANE_DATABASE_POOL_MAX' },
  });
  expect(shown.get('http.requestTimeoutMs')).toMatchObject({ source: { kind: 'default', text: 'default' } });
  expect(JSON.stringify(answer)).not.toContain('password=');
  await expect(callEndpoint({ ...plane.admin, token: undefined }, listProgramSettings)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
});

// The last one: it leaves no database behind.
test('the last settings stay in effect while the database is away', async () => {
  const plane = await start(await postgres.createDatabase());
  await put(plane, 'session_timeout', 99);
  await postgres.kill();
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await settingOf(plane, 'session_timeout')).toMatchObject({ value: 99 });
  await expect(put(plane, 'session_timeout', 1)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
});
