import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { listModels } from '@cluster-ai/contract/api/models.ts';
import * as session from '@cluster-ai/contract/api/session.ts';
import * as users from '@cluster-ai/contract/api/users.ts';
import { systemClock } from '@cluster-ai/core/ports/clock.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { startRedis } from '@cluster-ai/testkit/redis/redis-server.ts';
import type { RedisServer } from '@cluster-ai/testkit/redis/redis-server.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, tokenOf } from './control-plane/browser.ts';
import { until } from '../start-platform.ts';
import { startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';

const minuteMs = 60_000;
const password = 'correct horse battery staple';
const ada = { name: 'Ada Lovelace', email: 'ada@example.com', password };

/** The time of this machine, and what a test adds. */
class MovedClock implements Clock {
  private addedMs = 0;

  nowMs(): number {
    return systemClock.nowMs() + this.addedMs;
  }

  wallMs(): number {
    return systemClock.wallMs() + this.addedMs;
  }

  advance(durationMs: number): void {
    this.addedMs += durationMs;
  }
}

let postgres: PostgresServer;
let redis: RedisServer;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(18), startRedis()]);
});

afterAll(async () => {
  await redis.remove();
  await postgres.remove();
});

describe.each(['PostgreSQL', 'Redis'] as const)('with sessions in %s', (where) => {
  const clock = new MovedClock();
  let plane: RunningPlane;

  beforeAll(async () => {
    plane = await startPlane(await postgres.createDatabase(), {
      clock,
      ...(where === 'Redis' ? { redisUrl: redis.url } : {}),
    });
  });

  afterAll(async () => {
    await plane.remove();
  });

  const browser = (): Browser => new Browser(plane.url);
  const admin = <E extends Parameters<typeof callEndpoint>[1]>(endpoint: E, input?: object) =>
    callEndpoint(plane.admin, endpoint, input);

  async function signedIn(email: string): Promise<Browser> {
    const page = browser();
    await page.call(session.signIn, { body: { email, password } });
    return page;
  }

  async function invited(email: string, role: 'viewer' | 'operator' | 'admin'): Promise<Browser> {
    const link = await callEndpoint(plane.admin, users.inviteUser, { body: { email, role } });
    const page = browser();
    await page.call(users.acceptInvitation, { body: { token: tokenOf(link.url), name: email, password } });
    return page;
  }

  async function idOf(email: string): Promise<string> {
    const { items } = await callEndpoint(plane.admin, users.listUsers, { query: { filter: `email=${email}` } });
    return items[0]?.id ?? 'nobody';
  }

  async function actions(target: string): Promise<string[]> {
    const { items } = await callEndpoint(plane.admin, listAudit, { query: { filter: `target="${target}"` } });
    return items.map(({ action }) => action);
  }

  describe('the first administrator', () => {
    test('is made with a code that works once', async () => {
      const page = browser();
      expect(await page.session()).toMatchObject({
        authenticated: false,
        user: null,
        setupNeeded: true,
        via: 'loopback',
      });
      const old = await callEndpoint(plane.admin, session.createSetupCode);
      const code = await callEndpoint(plane.admin, session.createSetupCode);
      expect(code.url).toBe(`${plane.url}/setup#code=${code.code}`);
      for (const wrong of [old.code, 'something-else']) {
        await expect(page.call(session.completeSetup, { body: { ...ada, code: wrong } })).rejects.toMatchObject({
          code: 'NOT_FOUND',
        });
      }
      await expect(
        page.call(session.completeSetup, { body: { ...ada, code: code.code, password: 'short' } }),
      ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('it needs 12 or more') });
      const signedIn = await page.call(session.completeSetup, {
        body: { ...ada, email: 'ADA@Example.com', code: code.code },
      });
      expect(signedIn).toMatchObject({
        authenticated: true,
        via: 'session',
        role: 'admin',
        setupNeeded: false,
        user: { name: 'Ada Lovelace', email: 'ada@example.com', role: 'admin', hasPassword: true },
      });
      expect(await page.session()).toEqual(signedIn);
      await expect(browser().call(session.completeSetup, { body: { ...ada, code: code.code } })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
      await expect(admin(session.createSetupCode)).rejects.toMatchObject({ code: 'CONFLICT' });
    });

    test('signs out, and in again, each time under a new token', async () => {
      const page = browser();
      page.cookies.set('cluster-ai-session', 'f'.repeat(43));
      await page.call(session.signIn, { body: { email: 'ada@example.com', password } });
      const first = page.cookies.get('cluster-ai-session');
      expect(first).not.toBe('f'.repeat(43));
      await page.call(session.signIn, { body: { email: 'Ada@Example.COM', password } });
      const second = page.cookies.get('cluster-ai-session');
      expect(second).not.toBe(first);
      const stale = browser();
      stale.cookies.set('cluster-ai-session', first ?? '');
      expect(await stale.session()).toMatchObject({ via: 'loopback' });
      await page.call(session.signOut);
      expect(page.cookies.has('cluster-ai-session')).toBe(false);
      stale.cookies.set('cluster-ai-session', second ?? '');
      expect(await stale.session()).toMatchObject({ via: 'loopback', user: null });
      expect(await actions('ada@example.com')).toEqual(
        expect.arrayContaining(['session.sign-in', 'session.sign-out', 'setup.complete']),
      );
    });

    test('the cookie cannot be read by pages, and is sent to no other site', async () => {
      const page = browser();
      const answer = await page.send('/api/v1/session', {
        method: 'POST',
        headers: { ...page.pageHeaders('POST'), 'content-type': 'application/json' },
        body: JSON.stringify({ email: ada.email, password }),
      });
      const cookies = [answer.headers['set-cookie'] ?? []].flat();
      expect(cookies.find((line) => line.startsWith('cluster-ai-session='))).toMatch(
        /^cluster-ai-session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
      );
      expect(answer.headers['cache-control']).toBe('no-store');
    });
  });

  describe('an invitation', () => {
    test('shows whom it is for, works once, and signs in', async () => {
      const { url, user } = await callEndpoint(plane.admin, users.inviteUser, {
        body: { email: 'Grace@example.com', role: 'operator' },
      });
      expect(user).toMatchObject({
        email: 'grace@example.com',
        state: 'invited',
        createdBy: 'admin-token',
        sessions: 0,
      });
      const token = tokenOf(url);
      expect(url).toBe(`${plane.url}/invite#token=${token}`);
      const page = browser();
      expect(await page.call(users.showInvitation, { body: { token } })).toMatchObject({
        email: 'grace@example.com',
        role: 'operator',
      });
      const signedIn = await page.call(users.acceptInvitation, { body: { token, name: 'Grace', password } });
      expect(signedIn).toMatchObject({ role: 'operator', user: { name: 'Grace' } });
      await expect(page.call(users.showInvitation, { body: { token } })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(
        page.call(users.acceptInvitation, { body: { token, name: 'Mallory', password } }),
      ).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(
        admin(users.inviteUser, { body: { email: 'GRACE@example.com', role: 'viewer' } }),
      ).rejects.toMatchObject({ code: 'CONFLICT' });
      const listed = await callEndpoint(plane.admin, users.listUsers, { query: { filter: 'grace' } });
      expect(listed.items).toMatchObject([
        { email: 'grace@example.com', state: 'active', sessions: 1, signsInWith: 'password' },
      ]);
      expect(await actions('grace@example.com')).toEqual(['session.sign-in', 'user.accept', 'user.invite']);
    });

    test('expires, and a newer one ends it', async () => {
      const { url, user } = await callEndpoint(plane.admin, users.inviteUser, {
        body: { email: 'late@example.com', role: 'viewer' },
      });
      const newer = await callEndpoint(plane.admin, users.createUserLink, { params: { id: user.id } });
      const show = (link: string) => browser().call(users.showInvitation, { body: { token: tokenOf(link) } });
      await expect(show(url)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await show(newer.url)).toMatchObject({ email: 'late@example.com' });
      clock.advance(97 * 60 * minuteMs);
      await expect(show(newer.url)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });

  describe('a session', () => {
    test('ends when it was not used for long enough, and lives on while it is', async () => {
      const page = await invited('idle@example.com', 'viewer');
      clock.advance(20 * minuteMs);
      await page.call(listModels);
      clock.advance(20 * minuteMs);
      expect((await page.session()).via).toBe('session');
      // What a page asks that nobody touches is no use, nor is asking who one is, as an open page does each minute.
      const unattended = { ...page.pageHeaders('GET'), 'x-unattended': 'true' };
      expect(await page.send('/api/v1/models', { headers: unattended })).toMatchObject({ status: 200 });
      clock.advance(11 * minuteMs);
      expect((await page.session()).via).toBe('loopback');
    });

    test('ends after twelve hours, however much it is used', async () => {
      const page = await invited('busy@example.com', 'viewer');
      for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
        clock.advance(20 * minuteMs);
        await page.call(listModels);
      }
      expect((await page.session()).via).toBe('session');
      clock.advance(20 * minuteMs);
      expect((await page.session()).via).toBe('loopback');
    });

    test('a new password ends every other one, and needs the old one', async () => {
      const page = await invited('change@example.com', 'viewer');
      const other = await signedIn('change@example.com');
      const newPassword = 'another horse battery staple';
      await expect(
        page.call(session.changePassword, { body: { currentPassword: 'not it at all', newPassword } }),
      ).rejects.toMatchObject({ code: 'PERMISSION_DENIED', message: 'the present password is wrong' });
      const before = page.cookies.get('cluster-ai-session');
      await page.call(session.changePassword, { body: { currentPassword: password, newPassword } });
      expect(page.cookies.get('cluster-ai-session')).not.toBe(before);
      expect((await page.session()).via).toBe('session');
      expect((await other.session()).via).toBe('loopback');
      await expect(signedIn('change@example.com')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(
        await callEndpoint(plane.admin, users.getUser, { params: { id: await idOf('change@example.com') } }),
      ).toMatchObject({ sessions: 1 });
    });

    test.each(['disabled', 'deleted', 'given another role'] as const)('ends when the person is %s', async (how) => {
      const email = `${how.split(' ')[0]}@example.com`;
      const page = await invited(email, 'operator');
      const params = { id: await idOf(email) };
      if (how === 'deleted') await callEndpoint(plane.admin, users.deleteUser, { params });
      else {
        const body = how === 'disabled' ? { disabled: true } : { role: 'viewer' as const };
        await callEndpoint(plane.admin, users.updateUser, { params, body });
      }
      expect(await page.session()).toMatchObject({ via: 'loopback', user: null });
      if (how === 'disabled') {
        await expect(signedIn(email)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
        await callEndpoint(plane.admin, users.updateUser, { params, body: { disabled: false } });
        expect((await (await signedIn(email)).session()).via).toBe('session');
      }
    });
  });

  test('the last administrator cannot be lost', async () => {
    const page = await signedIn(ada.email);
    const params = { id: await idOf(ada.email) };
    const conflict = { code: 'CONFLICT', message: 'nobody would be left who can sign in as an administrator' };
    for (const body of [{ disabled: true }, { role: 'viewer' as const }]) {
      await expect(page.call(users.updateUser, { params, body })).rejects.toMatchObject(conflict);
    }
    await expect(page.call(users.deleteUser, { params })).rejects.toMatchObject(conflict);
    // Somebody who was only invited cannot sign in yet.
    await page.call(users.inviteUser, { body: { email: 'second@example.com', role: 'admin' } });
    await expect(page.call(users.deleteUser, { params })).rejects.toMatchObject(conflict);
    expect(await page.session()).toMatchObject({ role: 'admin' });
  });

  test('a role that is too low is told which one is needed', async () => {
    const page = await invited('reader@example.com', 'viewer');
    await expect(page.call(users.listUsers)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: 'this call needs the role admin; the caller has viewer',
    });
    expect(await page.call(listModels)).toMatchObject({ items: [] });
  });

  describe('a change with a cookie', () => {
    test.each([
      ['without the token', {}, false],
      ['from another site', { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' }, true],
      ['from another port', { origin: 'http://localhost:9', 'sec-fetch-site': 'same-site' }, true],
      ['from a page that hides where it is', { origin: 'null', 'sec-fetch-site': 'cross-site' }, true],
      ['with an Origin alone that is not ours', { origin: 'http://evil.example', 'sec-fetch-site': '' }, true],
      ['from no page at all', { origin: '', 'sec-fetch-site': '' }, true],
    ])('is refused %s', async (_what, headers, withToken) => {
      const page = await signedIn(ada.email);
      const sent: Record<string, string> = {
        ...page.pageHeaders('POST'),
        'content-type': 'application/json',
        ...headers,
      };
      for (const [name, value] of Object.entries(sent)) if (value === '') delete sent[name];
      if (!withToken) delete sent['x-csrf-token'];
      const body = JSON.stringify({ email: 'csrf@example.com', role: 'admin' });
      const answer = await page.send('/api/v1/users', { method: 'POST', headers: sent, body });
      expect(answer.status).toBe(403);
      expect(await idOf('csrf@example.com')).toBe('nobody');
    });

    test('is refused with the token of another session, and as a form', async () => {
      const page = await signedIn(ada.email);
      const other = await signedIn(ada.email);
      const headers = { ...page.pageHeaders('POST'), 'x-csrf-token': other.pageHeaders('POST')['x-csrf-token'] ?? '' };
      const body = JSON.stringify({ email: 'csrf@example.com', role: 'admin' });
      const json = { 'content-type': 'application/json' };
      expect(
        (await page.send('/api/v1/users', { method: 'POST', headers: { ...headers, ...json }, body })).status,
      ).toBe(403);
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
        const sent = { ...page.pageHeaders('POST'), 'content-type': type };
        expect((await page.send('/api/v1/users', { method: 'POST', headers: sent, body })).status).toBe(415);
      }
      expect(await idOf('csrf@example.com')).toBe('nobody');
    });

    test('a page of elsewhere signs nobody in', async () => {
      const page = browser();
      const answer = await page.send('/api/v1/session', {
        method: 'POST',
        headers: { origin: 'http://evil.example', 'content-type': 'application/json' },
        body: JSON.stringify({ email: ada.email, password }),
      });
      expect(answer.status).toBe(403);
      expect(page.cookies.size).toBe(0);
    });
  });

  describe('wrong passwords', () => {
    const guess = async (page: Browser, email: string) =>
      page.call(session.signIn, { body: { email, password: 'this is not the password' } });

    test('lock the account for strangers, not for the browser of the person, until the time is over', async () => {
      const email = 'target@example.com';
      const own = await invited(email, 'viewer');
      await own.call(session.signOut);
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        await expect(guess(browser(), email)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      }
      const page = browser();
      const locked = await page.send('/api/v1/session', {
        method: 'POST',
        headers: { ...page.pageHeaders('POST'), 'content-type': 'application/json' },
        body: JSON.stringify({ email, password }),
      });
      expect(locked.status).toBe(429);
      expect(Number(locked.headers['retry-after'])).toBeGreaterThan(14 * 60);
      expect(locked.body).toContain('too many wrong passwords for this account; try again in 15 minutes');
      expect(await callEndpoint(plane.admin, users.getUser, { params: { id: await idOf(email) } })).toMatchObject({
        state: 'locked',
        lockedUntil: expect.any(String),
      });
      expect((await actions(email)).filter((action) => action === 'user.lock')).toHaveLength(1);
      // Their own browser, in which they have signed in before.
      await own.call(session.signIn, { body: { email, password } });
      expect((await own.session()).via).toBe('session');
      await expect(signedIn(email)).rejects.toMatchObject({ code: 'LOCKED_OUT' });
      clock.advance(15 * minuteMs);
      expect((await (await signedIn(email)).session()).via).toBe('session');
    });

    test('a known browser that guesses is locked, too', async () => {
      const email = 'thief@example.com';
      const stolen = await invited(email, 'viewer');
      await stolen.call(session.signOut);
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        await expect(guess(stolen, email)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      }
      await expect(guess(stolen, email)).rejects.toMatchObject({ code: 'LOCKED_OUT' });
      expect((await (await signedIn(email)).session()).via).toBe('session');
    });

    test('a new link ends a lock', async () => {
      const email = 'freed@example.com';
      await invited(email, 'viewer');
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        await expect(guess(browser(), email)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      }
      await callEndpoint(plane.admin, users.createUserLink, { params: { id: await idOf(email) } });
      expect((await (await signedIn(email)).session()).via).toBe('session');
    });

    test('somebody who is not there is locked like everybody, so that nothing tells them apart', async () => {
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        await expect(guess(browser(), 'ghost@example.com')).rejects.toMatchObject({
          code: 'UNAUTHENTICATED',
          message: 'the e-mail address or the password is wrong',
        });
      }
      await expect(guess(browser(), 'ghost@example.com')).rejects.toMatchObject({ code: 'LOCKED_OUT' });
    });

    test('many at once are no way around the limit', async () => {
      clock.advance(15 * minuteMs);
      const email = 'parallel@example.com';
      await invited(email, 'viewer');
      const guesses = await Promise.allSettled(Array.from({ length: 20 }, () => guess(browser(), email)));
      const codes = guesses.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'signed in'));
      expect(codes.filter((code) => code === 'UNAUTHENTICATED')).toHaveLength(5);
      expect(codes.filter((code) => code === 'LOCKED_OUT')).toHaveLength(15);
    });

    test('wrong codes are limited by address', async () => {
      clock.advance(15 * minuteMs);
      const page = browser();
      for (let attempt = 1; attempt <= 50; attempt += 1) {
        await expect(
          page.call(users.showInvitation, { body: { token: `a-wrong-token-${attempt}` } }),
        ).rejects.toMatchObject({
          code: 'NOT_FOUND',
        });
      }
      await expect(page.call(users.showInvitation, { body: { token: 'wrong-again' } })).rejects.toMatchObject({
        code: 'LOCKED_OUT',
        message: 'too many wrong codes and links from this address; try again in 15 minutes',
      });
      expect(await actions('127.0.0.1')).toContain('address.lock');
      clock.advance(15 * minuteMs);
    });
  });

  test('no password and no token reaches log or database', async () => {
    const page = await signedIn(ada.email);
    const secrets = [password, ...page.cookies.values()];
    const dump = await plane.control.pool.pg.query<{ all: string }>(
      `select concat_ws(' ', (select json_agg(u) from users u), (select json_agg(s) from sessions s),
        (select json_agg(b) from known_browsers b), (select json_agg(a) from audit_entries a)) as all`,
    );
    for (const secret of secrets) {
      expect(plane.log.join('')).not.toContain(secret);
      expect(dump.rows[0]?.all).not.toContain(secret);
    }
    expect(dump.rows[0]?.all).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
  });
});

test('while Redis is away, sessions answer with that and nothing else breaks', async () => {
  const redisUrl = redis.url.replace(/0$/, '1');
  const plane = await startPlane(await postgres.createDatabase(), { redisUrl });
  try {
    const { code } = await callEndpoint(plane.admin, session.createSetupCode);
    const page = new Browser(plane.url);
    await page.call(session.completeSetup, { body: { ...ada, code } });
    await redis.kill();
    for (const call of [() => page.session(), () => page.call(listModels), () => page.call(users.listUsers)]) {
      await expect(call()).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
    }
    expect(await callEndpoint(plane.admin, listModels)).toMatchObject({ items: [] });
    expect((await new Browser(plane.url).send('/readyz')).status).toBe(200);
  } finally {
    await redis.start();
    await plane.remove();
  }
});

test('where Redis is required for readiness, it turns red without it and green with it; life and keys go on', async () => {
  const redisUrl = redis.url.replace(/0$/, '2');
  const plane = await startPlane(await postgres.createDatabase(), { redisUrl, redisReadiness: 'required' });
  const readiness = () => fetch(`${plane.url}/readyz`);
  const isReady = async () => (await readiness()).ok;
  try {
    await until('it is ready', 10_000, isReady);
    await redis.kill();
    await until('it is not', 10_000, async () => !(await isReady()));
    expect(await (await readiness()).json()).toEqual({ ready: false, reasons: [expect.stringContaining('is away')] });
    expect((await fetch(`${plane.url}/livez`)).status).toBe(200);
    expect(await callEndpoint(plane.admin, listModels)).toMatchObject({ items: [] });
    await redis.start();
    await until('it is again', 10_000, isReady);
  } finally {
    await plane.remove();
  }
});
