import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import * as session from '@cluster-ai/contract/api/session.ts';
import * as users from '@cluster-ai/contract/api/users.ts';
import { freePorts } from '@cluster-ai/platform/process/ports.ts';
import { startMisbehavingProvider } from '@cluster-ai/testkit/oidc/misbehaving-provider.ts';
import type { Misbehaviour, MisbehavingProvider } from '@cluster-ai/testkit/oidc/misbehaving-provider.ts';
import { signInAtProvider, startOidcServer } from '@cluster-ai/testkit/oidc/oidc-provider-server.ts';
import type { OidcServer } from '@cluster-ai/testkit/oidc/oidc-provider-server.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, tokenOf } from './control-plane/browser.ts';
import { startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';

const password = 'correct horse battery staple';

let postgres: PostgresServer;
let folder: string;

beforeAll(async () => {
  postgres = await startPostgres(18);
  folder = mkdtempSync(join(tmpdir(), 'cluster-ai-oidc-'));
});

afterAll(async () => {
  await postgres.remove();
  rmSync(folder, { recursive: true, force: true });
});

function secretFile(secret: string): string {
  const path = join(folder, `secret-${secret.length}-${Math.random()}`);
  writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  return path;
}

/** Begins a sign-in. @returns where the browser is sent. */
async function begin(page: Browser, next?: string): Promise<URL> {
  const query = next === undefined ? '' : `?next=${encodeURIComponent(next)}`;
  const answer = await page.send(`/api/v1/oidc/start${query}`);
  expect([answer.status, answer.body]).toEqual([302, '']);
  return new URL(String(answer.headers['location']), page.url);
}

/** Comes back from the provider. @returns where the browser is sent. */
async function finish(page: Browser, callback: string): Promise<string> {
  const url = new URL(callback);
  // As after a redirect from another site.
  const answer = await page.send(url.pathname + url.search, { headers: { 'sec-fetch-site': 'cross-site' } });
  expect(answer.status).toBe(302);
  return String(answer.headers['location']);
}

async function refusals(plane: RunningPlane): Promise<{ target: string; problem: unknown }[]> {
  const { items } = await callEndpoint(plane.admin, listAudit, { query: { filter: 'action=session.refuse' } });
  return items.map(({ target, detail }) => ({ target, problem: detail['problem'] }));
}

describe('a real provider', () => {
  const people: Record<string, Record<string, unknown>> = {
    ada: { email: 'Ada@Example.com', email_verified: true, name: 'Ada Lovelace', groups: ['everybody', 'platform'] },
    grace: { email: 'grace@example.com', email_verified: true, name: 'Grace', groups: 'ml-team' },
    nobody: { email: 'nobody@example.com', email_verified: true, groups: ['sales'] },
    invited: { email: 'invited@example.com', email_verified: true, groups: ['ml-team'] },
    unverified: { email: 'unverified@example.com', email_verified: false, groups: ['ml-team'] },
    local: { email: 'local@example.com', email_verified: true, groups: ['ml-team'] },
    mail: { groups: ['ml-team'] },
    elsewhere: { email: 'x@elsewhere.example', email_verified: true, groups: ['ml-team'] },
  };
  let provider: OidcServer;
  let plane: RunningPlane;

  beforeAll(async () => {
    const [port = 0] = await freePorts('127.0.0.1', 1);
    provider = await startOidcServer({ redirectUri: `http://localhost:${port}/api/v1/oidc/callback`, people });
    plane = await startPlane(await postgres.createDatabase(), {
      http: { port },
      oidc: {
        issuer: provider.issuer,
        clientId: provider.clientId,
        clientSecretFile: secretFile(provider.clientSecret),
        label: 'Example Inc.',
        roleMapping: ['ml-team=operator', 'platform=admin', 'everybody=viewer'],
        allowedEmailDomains: ['example.com'],
      },
    });
  });

  afterAll(async () => {
    await plane.remove();
    await provider.remove();
  });

  async function signIn(login: string, page = new Browser(plane.url)): Promise<{ page: Browser; location: string }> {
    const url = await begin(page);
    return { page, location: await finish(page, await signInAtProvider(url.href, login)) };
  }

  test('is told to the sign-in page', async () => {
    expect(await new Browser(plane.url).session()).toMatchObject({
      oidc: { label: 'Example Inc.' },
      setupNeeded: true,
    });
  });

  test('signs people in, with the highest role of their groups, and leads back to where they were', async () => {
    const page = new Browser(plane.url);
    const url = await begin(page, '/models/iris?tab=versions');
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    const location = await finish(page, await signInAtProvider(url.href, 'ada'));
    expect(location).toBe('/models/iris?tab=versions');
    expect(page.cookies.has('cluster-ai-oidc')).toBe(false);
    expect(await page.session()).toMatchObject({
      role: 'admin',
      via: 'session',
      setupNeeded: false,
      user: { email: 'ada@example.com', name: 'Ada Lovelace', hasPassword: false },
    });
    const grace = await signIn('grace');
    expect(await grace.page.session()).toMatchObject({ role: 'operator', user: { email: 'grace@example.com' } });
    const { items } = await page.call(users.listUsers, { query: { filter: 'signsInWith=oidc' } });
    expect(items.map(({ email, role }) => [email, role])).toEqual([
      ['ada@example.com', 'admin'],
      ['grace@example.com', 'operator'],
    ]);
    await expect(
      page.call(session.changePassword, { body: { currentPassword: password, newPassword: password } }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test.each(['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)', '/\tx'])(
    'does not lead to %j afterwards',
    async (next) => {
      const page = new Browser(plane.url);
      const url = await begin(page, next);
      expect(await finish(page, await signInAtProvider(url.href, 'ada'))).toBe('/');
    },
  );

  test('decides over the role anew at each sign-in, and older sessions end with it', async () => {
    const { page } = await signIn('grace');
    people['grace'] = { ...people['grace'], groups: ['everybody'] };
    const later = await signIn('grace');
    expect(await later.page.session()).toMatchObject({ role: 'viewer' });
    expect(await page.session()).toMatchObject({ via: 'loopback' });
    people['grace'] = { ...people['grace'], groups: [] };
    expect((await signIn('grace')).location).toBe('/sign-in?problem=no-role');
  });

  test.each([
    ['nobody', 'no-role', 'nobody@example.com'],
    ['elsewhere', 'email-not-allowed', 'x@elsewhere.example'],
    ['unverified', 'email-not-allowed', 'unverified@example.com'],
    ['mail', 'no-email', 'mail'],
  ])('refuses %s with %s', async (login, problem, target) => {
    const { page, location } = await signIn(login);
    expect(location).toBe(`/sign-in?problem=${problem}`);
    expect(await page.session()).toMatchObject({ user: null });
    const [latest] = await refusals(plane);
    expect(latest).toEqual({ problem, target: expect.stringContaining(target) });
  });

  test('takes an invitation up, and nobody who signs in with a password', async () => {
    await callEndpoint(plane.admin, users.inviteUser, { body: { email: 'invited@example.com', role: 'viewer' } });
    const { page } = await signIn('invited');
    expect(await page.session()).toMatchObject({ role: 'operator', user: { email: 'invited@example.com' } });
    const { url } = await callEndpoint(plane.admin, users.inviteUser, {
      body: { email: 'local@example.com', role: 'viewer' },
    });
    await new Browser(plane.url).call(users.acceptInvitation, {
      body: { token: tokenOf(url), name: 'Local', password },
    });
    expect((await signIn('local')).location).toBe('/sign-in?problem=other-account');
  });

  test('lets nobody in who was disabled here', async () => {
    const { items } = await callEndpoint(plane.admin, users.listUsers, {
      query: { filter: 'email=invited@example.com' },
    });
    const params = { id: items[0]?.id ?? '' };
    await callEndpoint(plane.admin, users.updateUser, { params, body: { disabled: true } });
    expect((await signIn('invited')).location).toBe('/sign-in?problem=disabled');
  });

  test('an answer is taken once, and by the browser that began', async () => {
    const page = new Browser(plane.url);
    const url = await begin(page);
    const cookie = page.cookies.get('cluster-ai-oidc') ?? '';
    const callback = await signInAtProvider(url.href, 'ada');
    const other = new Browser(plane.url);
    expect(await finish(other, callback)).toBe('/sign-in?problem=expired');
    await begin(other);
    expect(await finish(other, callback)).toBe('/sign-in?problem=expired');
    expect(await finish(page, callback)).toBe('/');
    page.cookies.set('cluster-ai-oidc', cookie);
    expect(await finish(page, callback)).toBe('/sign-in?problem=expired');
    const begun = await begin(page);
    const state = begun.searchParams.get('state') ?? '';
    const refused = `error=access_denied&state=${state}&iss=${encodeURIComponent(provider.issuer)}`;
    expect(await finish(page, `${page.url}/api/v1/oidc/callback?${refused}`)).toBe('/sign-in?problem=cancelled');
    const recorded = await refusals(plane);
    expect(recorded.filter(({ problem }) => problem === 'expired').length).toBeGreaterThanOrEqual(3);
  });

  test('no code and no secret reaches the log', async () => {
    const page = new Browser(plane.url);
    const callback = new URL(await signInAtProvider((await begin(page)).href, 'ada'));
    await finish(page, callback.href);
    const log = plane.log.join('');
    for (const secret of [callback.searchParams.get('code') ?? '', provider.clientSecret]) {
      expect(secret.length).toBeGreaterThan(20);
      expect(log).not.toContain(secret);
    }
  });
});

describe('a provider that cannot be trusted', () => {
  let provider: MisbehavingProvider;
  let plane: RunningPlane;

  beforeAll(async () => {
    provider = await startMisbehavingProvider({ email: 'ada@example.com', email_verified: true, name: 'Ada' });
    plane = await startPlane(await postgres.createDatabase(), {
      oidc: {
        issuer: provider.issuer,
        clientId: 'cluster-ai',
        clientSecretFile: secretFile(provider.clientSecret),
        defaultRole: 'viewer',
      },
    });
  });

  afterAll(async () => {
    await plane.remove();
    await provider.remove();
  });

  async function attempt(misbehaviour: Misbehaviour, further = ''): Promise<{ page: Browser; location: string }> {
    const page = new Browser(plane.url);
    const url = await begin(page);
    provider.nonce = url.searchParams.get('nonce') ?? '';
    provider.behave(misbehaviour);
    const callback = `${page.url}/api/v1/oidc/callback?code=c0de&state=${url.searchParams.get('state') ?? ''}${further}`;
    return { page, location: await finish(page, callback) };
  }

  const past = Math.floor(Date.now() / 1_000) - 3_600;
  const future = past + 7_200;

  test.each<[string, Misbehaviour, string]>([
    ['another nonce', { claims: { nonce: 'of-another-sign-in' } }, ''],
    ['no nonce', { claims: { nonce: undefined } }, ''],
    ['another issuer', { claims: { iss: 'https://evil.example' } }, ''],
    ['another audience', { claims: { aud: 'another-client' } }, ''],
    ['another audience beside ours, for whom it was made', { claims: { aud: ['cluster-ai', 'x'], azp: 'x' } }, ''],
    ['an end that has passed', { claims: { iat: past - 300, exp: past } }, ''],
    ['a beginning that is to come', { claims: { iat: future, nbf: future, exp: future + 300 } }, ''],
    ['no subject', { claims: { sub: undefined } }, ''],
    ['a signature of somebody else', { signed: 'by somebody else' }, ''],
    ['a signature with the secret of the client', { signed: 'with the client secret' }, ''],
    ['no signature (alg none)', { signed: 'not at all' }, ''],
    ['no token at all', { withoutToken: true }, ''],
    ['a code that the provider does not know', { status: 400 }, ''],
    ['an answer of another issuer', {}, '&iss=https%3A%2F%2Fevil.example'],
  ])('%s: nobody is signed in, and the audit log says why', async (_what, misbehaviour, further) => {
    const before = (await refusals(plane)).length;
    const { page, location } = await attempt(misbehaviour, further);
    expect(location).toBe('/sign-in?problem=not-trusted');
    expect(page.cookies.size).toBe(0);
    expect(await page.session()).toMatchObject({ user: null });
    expect((await refusals(plane)).length).toBe(before + 1);
    const { items } = await callEndpoint(plane.admin, users.listUsers);
    expect(items).toEqual([]);
  });

  test('the same provider, behaving, signs in: the refusals above are for their reasons', async () => {
    const { page, location } = await attempt({});
    expect(location).toBe('/');
    expect(await page.session()).toMatchObject({ role: 'viewer', user: { email: 'ada@example.com', name: 'Ada' } });
  });

  test('an address that the provider has not verified takes no invitation up', async () => {
    await callEndpoint(plane.admin, users.inviteUser, { body: { email: 'boss@example.com', role: 'admin' } });
    const claims = { sub: 'mallory', email: 'boss@example.com' };
    for (const email_verified of [false, undefined, 'true']) {
      const { location } = await attempt({ claims: { ...claims, email_verified } });
      expect(location).toBe('/sign-in?problem=email-not-verified');
    }
    const { page } = await attempt({ claims: { ...claims, email_verified: true } });
    // Without a mapping the role is the one of the invitation.
    expect(await page.session()).toMatchObject({ role: 'admin' });
  });

  test('whoever goes on and on is locked out, and the audit log does not fill', async () => {
    const recorded = async () => (await refusals(plane)).length;
    for (let count = 0; count < 50; count += 1) await attempt({ status: 400 });
    const before = await recorded();
    expect((await attempt({})).location).toBe('/sign-in?problem=locked');
    expect((await attempt({})).location).toBe('/sign-in?problem=locked');
    expect(await recorded()).toBe(before);
  });
});

test('without a provider, and with one that is away, the sign-in page says so', async () => {
  const [port = 0] = await freePorts('127.0.0.1', 1);
  const url = await postgres.createDatabase();
  const none = await startPlane(url);
  const away = await startPlane(url, { oidc: { issuer: `http://127.0.0.1:${port}`, clientId: 'x' } });
  try {
    expect((await begin(new Browser(none.url))).search).toBe('?problem=not-configured');
    expect((await begin(new Browser(away.url))).search).toBe('?problem=provider-away');
  } finally {
    await away.remove();
    await none.remove();
  }
});
