import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { irisRequest } from '../iris.ts';
import { RunningSet, untilSo } from './compose/running-set.ts';
import { provideStandIns } from './compose/stand-ins.ts';
import { provideBases } from './engine/bases.ts';
import { startEngine } from './engine/engine.ts';
import type { Engine } from './engine/engine.ts';
import { root } from './engine/images.ts';

let engine: Engine;
let set: RunningSet;
let folder = '';

beforeAll(async () => {
  engine = await startEngine();
  await provideBases(engine, ['node']);
  const standIns = await provideStandIns(engine);
  folder = mkdtempSync(join(tmpdir(), 'compose-checkout-'));
  chmodSync(folder, 0o755);
  const checkout = join(folder, 'checkout');
  // A copy of links: files that a test replaces are replaced in the copy alone.
  execFileSync('cp', ['--archive', '--link', root, checkout]);
  set = await RunningSet.prepare(
    engine,
    { checkout, file: 'docker-compose.yml', project: 'try-dev' },
    [
      'CLUSTER_AI_DEV_DASHBOARD_PORT',
      'CLUSTER_AI_DEV_API_PORT',
      'CLUSTER_AI_DEV_GATEWAY_PORT',
      'CLUSTER_AI_DEV_GRPC_PORT',
      'CLUSTER_AI_DEV_PROMETHEUS_PORT',
    ],
    {
      ...standIns,
      CLUSTER_AI_NODE_IMAGE: 'docker.io/library/node:24-bookworm-slim',
      CLUSTER_AI_DEV_USER: '0:0',
    },
  );
});
afterAll(async () => {
  set?.remove();
  await engine?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const api = (path: string) => `http://localhost:${set.port('CLUSTER_AI_DEV_API_PORT')}${path}`;
const dashboard = (path: string) => `http://localhost:${set.port('CLUSTER_AI_DEV_DASHBOARD_PORT')}${path}`;

it('comes up healthy by its own health checks', async () => {
  const up = await set.mustOpen('dev-up');
  const health = await set.mustOpen('health', 'dev');
  console.log(`make dev-up took ${up.tookMs} ms\n${health.output}`);
  expect(health.output).not.toContain('NOT OK');
  expect(health.output.match(/ ok /g)).toHaveLength(7);
});

it('answers predictions of the examples with a key, and the dashboard passes calls on', async () => {
  const headers = { authorization: `Bearer ${set.secret('admin_token')}`, 'content-type': 'application/json' };
  const made = await fetch(api('/api/v1/keys'), {
    method: 'POST',
    headers,
    body: JSON.stringify({ name: 'try', actions: ['infer', 'read'] }),
  });
  expect(made.status).toBe(201);
  const { secret } = (await made.json()) as { secret: string };
  const url = `http://localhost:${set.port('CLUSTER_AI_DEV_GATEWAY_PORT')}${irisRequest.path}`;
  const ask = () =>
    fetch(url, { method: 'POST', headers: { authorization: `Bearer ${secret}` }, body: irisRequest.body });
  await untilSo('the gateway has the key and the model', 30_000, async () => (await ask()).status === 200);
  expect(irisRequest.check(await (await ask()).text())).toBeNull();
  expect((await fetch(url, { method: 'POST', body: irisRequest.body })).status).toBe(401);

  expect(await (await fetch(dashboard('/'))).text()).toContain('/@vite/client');
  expect((await fetch(dashboard('/api/v1/overview'), { headers })).status).toBe(200);
});

it('runs what is saved: program and dashboard', async () => {
  const replace = (path: string, before: string, after: string): void => {
    const whole = join(set.checkout, path);
    const text = readFileSync(whole, 'utf8');
    expect(text).toContain(before);
    // Another file under the name, as editors do it: the original is linked to the same content.
    writeFileSync(`${whole}.new`, text.replace(before, after));
    renameSync(`${whole}.new`, whole);
  };
  replace('apps/control-plane/src/features/system/routes.ts', '({ live: true })', "({ live: true, saved: 'now' })");
  const tookMs = await untilSo('the control plane runs the new code', 60_000, async () => {
    const answer = await fetch(api('/livez')).catch(() => null);
    return answer !== null && (await answer.text()).includes('"saved":"now"');
  });
  replace('web-dashboard/src/main.ts', '\n', "\nconsole.info('saved now');\n");
  const pageMs = await untilSo('vite serves the new module', 60_000, async () =>
    (await (await fetch(dashboard('/src/main.ts'))).text()).includes('saved now'),
  );
  console.log(`saved code answered after ${tookMs} ms, the page after ${pageMs} ms`);
});

it('Prometheus reads all programs, and the front cannot reach the database', async () => {
  const query = `http://localhost:${set.port('CLUSTER_AI_DEV_PROMETHEUS_PORT')}/api/v1/query?query=sum(up)`;
  await untilSo('four targets are up', 60_000, async () => (await (await fetch(query)).text()).includes('"4"'));
  expect(set.statusInside('frontend', 'http://postgres:5432/')).toMatch(/ENOTFOUND|EAI_AGAIN/);
});

it('keeps the data over down and up', async () => {
  const down = await set.mustOpen('down', 'dev');
  expect(down.output).toMatch(/The data is kept\. To delete it for good: docker volume rm .*postgres-data/);
  await set.mustOpen('dev-up');
  const headers = { authorization: `Bearer ${set.secret('admin_token')}` };
  const keys = (await (await fetch(api('/api/v1/keys'), { headers })).json()) as { items: { name: string }[] };
  expect(keys.items.map(({ name }) => name)).toContain('try');
  console.log(set.figures());
});
