import { join } from 'node:path';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { createKey, revokeKey } from '@cluster-ai/contract/api/keys.ts';
import { RpcClient } from '@cluster-ai/testkit/rpc-client.ts';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtDashboard, openBrowser, openPage } from '../../e2e/browser.ts';
import { becomeAdministrator } from '../../e2e/people.ts';
import { irisRequest } from '../../iris.ts';
import { startPlatform, until, type Platform } from '../../start-platform.ts';
import { startFrontDoor, type FrontDoor } from './start-front-door.ts';

// The front door before the real control plane and gateway, and a real browser before it.

let platform: Platform;
let browser: Browser;
let door: FrontDoor;

beforeAll(async () => {
  [browser, platform] = await Promise.all([openBrowser(), startPlatform()]);
  const { control, gateway, grpc } = platform.ports;
  door = await startFrontDoor({
    dashboard: builtDashboard,
    settings: {
      BACKEND: `127.0.0.1:${control}`,
      GATEWAYS: `127.0.0.1:${gateway}`,
      GATEWAYS_GRPC: `127.0.0.1:${grpc}`,
    },
  });
});

afterAll(async () => {
  await browser?.close();
  await door?.stop();
  await platform?.stop();
});

const admin = () => ({ baseUrl: door.url, token: platform.adminToken, timeoutMs: 10_000 });

test('ready; and nobody is let in for coming from this machine, although nginx does', async () => {
  expect(await (await fetch(`${door.url}/readyz`)).json()).toEqual({ ready: true, reasons: [] });
  const cases = [
    [platform.controlUrl, '/api/v1/models'],
    [platform.gatewayUrl, '/v2/models/iris'],
    [platform.controlUrl, '/predict/v2/models/iris'],
  ] as const;
  for (const [direct, path] of cases) {
    const statuses = await Promise.all([direct, door.url].map(async (url) => (await fetch(`${url}${path}`)).status));
    expect([path, ...statuses]).toEqual([path, 200, 401]);
  }
});

test('a key predicts over each way, and over gRPC, until it is revoked', async () => {
  const { key, secret } = await callEndpoint(admin(), createKey, { body: { name: 'front door', models: ['iris'] } });
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
  const predict = async (path: string): Promise<{ status: number; problem: string | null }> => {
    const answer = await fetch(`${door.url}${path}`, { method: 'POST', headers, body: irisRequest.body });
    const text = await answer.text();
    return { status: answer.status, problem: answer.ok ? irisRequest.check(text) : text };
  };
  for (const path of ['/predict/v2/models/iris/infer', '/v2/models/iris/infer']) {
    // The gateway takes the key from its next snapshot.
    await until(`the key on ${path}`, 10_000, async () => (await predict(path)).status === 200);
    expect(await predict(path)).toEqual({ status: 200, problem: null });
  }
  const client = new RpcClient(`127.0.0.1:${door.grpcPort}`);
  const metadata = { authorization: `Bearer ${secret}` };
  const { code } = await client.unary('/inference.GRPCInferenceService/ServerReady', new Uint8Array(), { metadata });
  client.close();
  expect(code).toBe('OK');
  await callEndpoint(admin(), revokeKey, { params: { id: key.id } });
  await until('the key is refused', 10_000, async () => (await predict('/v2/models/iris/infer')).status === 401);
});

test('in a browser: set up, live, and a prediction with the session; the policy refuses nothing, and nothing is from elsewhere', async () => {
  const storageState = await becomeAdministrator(browser, { url: door.url, admin: admin() });
  const opened = await openPage(browser, `${door.url}/playground?model=iris`, {
    storageState,
  });
  const { page } = opened;
  await page.getByRole('button', { name: 'Predict' }).click();
  await page.getByText('Answered', { exact: true }).waitFor();
  // It is told of changes as they happen.
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('heading', { name: 'All is well' }).waitFor();
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, 'front-door.png') });
  expect(opened.complaints).toEqual([]);
  expect(opened.foreignRequests).toEqual([]);
  await opened.close();
  const paths = door
    .requests()
    .map(({ method, path, status }) => `${String(method)} ${String(path)} ${String(status)}`);
  expect(paths).toContain('POST /predict/v2/models/iris/infer 200');
});
