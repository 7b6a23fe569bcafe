import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { createKey, revokeKey } from '@cluster-ai/contract/api/keys.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { startRedis } from '@cluster-ai/testkit/redis/redis-server.ts';
import type { RedisServer } from '@cluster-ai/testkit/redis/redis-server.ts';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { irisRequest } from '../iris.ts';
import { startPlatform, until } from '../start-platform.ts';
import type { Platform } from '../start-platform.ts';
import { openBrowser } from './browser.ts';
import { administrator, setUpInBrowser } from './people.ts';
import { exportDatabase, filesUnder, findSecrets } from './secrets/hiding-places.ts';
import type { Place } from './secrets/hiding-places.ts';

// Secrets are pushed through every input, right and wrong, and looked for wherever something could keep or show them.

const secrets = new Map<string, string>();
const places: Place[] = [];

let postgres: PostgresServer;
let redis: RedisServer;
let platform: Platform;
let browser: Browser;
let context: BrowserContext;
let databaseUrl: string;

/** A secret that is not one yet: found anywhere, it shows what the input did with it. */
function canary(what: string): string {
  const value = `canary-${randomBytes(12).toString('hex')}`;
  secrets.set(what, value);
  return value;
}

beforeAll(async () => {
  browser = await openBrowser();
  postgres = await startPostgres(18);
  redis = await startRedis();
  databaseUrl = await postgres.createDatabase();
  // Under root the platform is another user than the test; it comes as far as the socket, and needs the password there.
  chmodSync(new URL(databaseUrl).searchParams.get('host') ?? '', 0o711);
  secrets.set('database password', new URL(databaseUrl).searchParams.get('password') ?? '');
  secrets.set('Redis password', redis.password);
  platform = await startPlatform({ env: { REDIS_URL: redis.url }, flags: ['--database-url', databaseUrl] });
  secrets.set('admin token', platform.adminToken);
  context = await browser.newContext();
});

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
  await redis?.remove();
  await postgres?.remove();
});

/** Sends a call whatever it is, and keeps the whole answer as a place to look in. */
async function send(name: string, url: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(url, { redirect: 'manual', ...init });
  const text = await answer.clone().text();
  places.push({
    name: `answer to ${name} (${answer.status})`,
    text: `${JSON.stringify([...answer.headers])}\n${text}`,
  });
  return answer;
}

const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

test('people, keys and sessions leave no secret behind', async () => {
  const api = `${platform.controlUrl}/api/v1`;
  const printed = /setup#code=(\S+)/;
  await until('the terminal prints the code', 30_000, () => printed.test(platform.output()));
  const code = printed.exec(platform.output())?.[1] ?? '';
  secrets.set('password', administrator.password);
  const page = await context.newPage();
  await setUpInBrowser(page, platform.controlUrl, code);
  for (const cookie of await context.cookies()) secrets.set(`cookie ${cookie.name}`, cookie.value);
  const session: unknown = await page.evaluate("fetch('/api/v1/session').then((answer) => answer.json())");
  const { csrfToken } = session as { csrfToken: string };
  secrets.set('CSRF token', csrfToken);

  await send(
    'a wrong password',
    `${api}/session`,
    json({ email: administrator.email, password: canary('wrong password') }),
  );
  await send(
    'a password of nobody',
    `${api}/session`,
    json({ email: 'nobody@example.com', password: canary('password of nobody') }),
  );
  await send(
    'a password in a wrong field',
    `${api}/session`,
    json({ email: canary('password as e-mail'), password: 7 }),
  );
  await send(
    'a password too much',
    `${api}/session`,
    json({ email: administrator.email, password: 'x', token: canary('unknown field') }),
  );
  await send('a body that is no JSON', `${api}/session`, {
    ...json({}),
    body: `{"password":"${canary('broken body')}`,
  });
  await send(
    'a wrong code',
    `${api}/setup`,
    json({ code: canary('setup code'), name: 'x', email: 'x@example.com', password: canary('setup password') }),
  );
  await send('a wrong link', `${api}/invitations/show`, json({ token: canary('link token') }));
  await send(
    'a wrong link accepted',
    `${api}/invitations/accept`,
    json({ token: canary('accepted token'), name: 'x', password: canary('accepted password') }),
  );

  const admin = { baseUrl: platform.controlUrl, token: platform.adminToken, timeoutMs: 10_000 };
  const { key, secret } = await callEndpoint(admin, createKey, { body: { name: 'canary' } });
  secrets.set('API key', secret);
  const bearer = { authorization: `Bearer ${secret}` };
  await until('the gateway knows the key', 10_000, async () => {
    const { status } = await fetch(`${platform.gatewayUrl}/v2/models/iris`, { headers: bearer });
    return status === 200;
  });
  await send('a prediction', `${platform.gatewayUrl}/v2/models/iris/infer`, json(JSON.parse(irisRequest.body), bearer));
  await send(
    'a write with a key that may not',
    `${api}/users`,
    json({ email: 'x@example.com', role: 'admin' }, bearer),
  );
  await callEndpoint(admin, revokeKey, { params: { id: key.id } });
  await until('the gateway refuses the key', 10_000, async () => {
    const { status } = await send('a revoked key', `${platform.gatewayUrl}/v2/models/iris`, { headers: bearer });
    return status === 401;
  });
  expect(places.some(({ name }) => name === 'answer to a revoked key (401)')).toBe(true);
});

test('secrets in places where none belongs are neither kept nor sent back', async () => {
  for (const base of [platform.controlUrl, `${platform.controlUrl}/predict`, platform.gatewayUrl]) {
    const at = new URL(base).port + new URL(base).pathname;
    const wrong = { authorization: `Bearer ${canary(`bearer at ${at}`)}` };
    const refused = await send(`an unknown bearer at ${at}`, `${base}/v2/models/iris`, { headers: wrong });
    expect(refused.status).toBe(base === platform.controlUrl ? 404 : 401);
    await send(
      `an unknown bearer on infer at ${at}`,
      `${base}/v2/models/iris/infer`,
      json(JSON.parse(irisRequest.body), wrong),
    );
    const basic = { authorization: `Basic ${Buffer.from(`ana:${canary(`basic at ${at}`)}`).toString('base64')}` };
    await send(`basic credentials at ${at}`, `${base}/v2/models/iris`, { headers: basic });
    await send(`a token in the query at ${at}`, `${base}/v2/models/iris?token=${canary(`query at ${at}`)}`);
    await send(`an api key header at ${at}`, `${base}/v2/models/iris`, {
      headers: { 'x-api-key': canary(`x-api-key at ${at}`) },
    });
    await send(`a cookie at ${at}`, `${base}/v2/models/iris`, {
      headers: { cookie: `session=${canary(`cookie at ${at}`)}` },
    });
  }
  const api = `${platform.controlUrl}/api/v1`;
  const asAdmin = { authorization: `Bearer ${platform.adminToken}` };
  await send(
    'a token in the query of a write',
    `${api}/users?access_token=${canary('query of a write')}`,
    json({}, asAdmin),
  );
  await send(
    'credentials in an address',
    `${api}/imports`,
    json({ model: 'x', url: `https://ana:${canary('import address')}@example.com/model.onnx` }, asAdmin),
  );
  await send('a credential in a cookie of the API', `${api}/users`, {
    headers: { cookie: `__Host-session=${canary('API cookie')}; session=${canary('session cookie')}` },
  });
  await send('a CSRF token of nobody', `${api}/session`, {
    method: 'DELETE',
    headers: { 'x-csrf-token': canary('CSRF token of nobody') },
  });
  await send(
    'a redirect with a secret',
    `${api}/oidc/callback?code=${canary('OIDC code')}&state=${canary('OIDC state')}`,
  );
});

test('no page shows one', async () => {
  const page = await context.newPage();
  for (const path of [
    '/',
    '/models',
    '/routes/iris',
    '/playground',
    '/gateways',
    '/keys',
    '/users',
    '/audit',
    '/settings',
  ]) {
    await page.goto(`${platform.controlUrl}${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForTimeout(300);
    places.push({ name: `page ${path}`, text: await page.content() });
  }
  const kept = await page.evaluate<string>(
    'JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])',
  );
  places.push({ name: 'storage of the browser', text: kept });
  expect(places.filter(({ name }) => name.startsWith('page '))).toHaveLength(9);
});

test('nothing of it is anywhere', async () => {
  // What the programs still hold back in memory is written when they end.
  const tables = await exportDatabase(databaseUrl);
  places.push(...tables, { name: 'terminal', text: platform.output().replaceAll(/setup#code=\S+/g, '') });
  // These hold secrets because that is what they are for: nobody else may read them.
  const secretFiles = ['admin-token', 'gateway-token', 'run/control-plane.yaml', 'run/gateway.yaml'];
  const readable = secretFiles.filter((name) => (statSync(join(platform.home, name)).mode & 0o077) !== 0);
  expect(readable).toEqual([]);
  const files = filesUnder(platform.home, secretFiles);
  expect(files.some(({ name }) => name.startsWith('logs/'))).toBe(true);
  expect(files.some(({ name }) => name.includes('snapshot'))).toBe(true);
  places.push(...files);
  console.log(
    `${secrets.size} secrets were looked for in ${places.length} places, among them ${tables.length} tables and ${files.length} files`,
  );
  expect(findSecrets(secrets, places)).toEqual([]);
  // The hash of the key is there: the search looks where keys are kept.
  const hash = createHash('sha256')
    .update(secrets.get('API key') ?? '')
    .digest('hex');
  expect(tables.some(({ text }) => text.includes(hash))).toBe(true);
});
