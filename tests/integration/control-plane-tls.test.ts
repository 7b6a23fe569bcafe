import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { problemSchema } from '@cluster-ai/contract/api/problem.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { createAuthority, selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../start-platform.ts';
import { startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';
import { sendExactly } from './send-exactly.ts';
import type { ExactAnswer } from './send-exactly.ts';

const authority = createAuthority();
const ca = authority.cert;
const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-tls-'));
const certFile = join(folder, 'tls.crt');
const keyFile = join(folder, 'tls.key');
const caFile = join(folder, 'ca.crt');
const proxied = 'https://cluster-ai.example.com';

let postgres: PostgresServer;
let plane: RunningPlane;
let port: number;

/** An address of this machine that other machines would use. */
const network = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

function write(pair: { readonly cert: string; readonly key: string }): void {
  writeFileSync(certFile, pair.cert);
  writeFileSync(keyFile, pair.key);
}

const names = ['localhost', '127.0.0.1', 'door.example'];

beforeAll(async () => {
  write(authority.issue({ names }));
  writeFileSync(caFile, ca);
  postgres = await startPostgres(18);
  plane = await startPlane(await postgres.createDatabase(), {
    env: {
      CLUSTER_AI_CONTROL_PLANE_HTTP_HOST: '0.0.0.0',
      CLUSTER_AI_CONTROL_PLANE_HTTP_TLS_CERT_FILE: certFile,
      CLUSTER_AI_CONTROL_PLANE_HTTP_TLS_KEY_FILE: keyFile,
      CLUSTER_AI_CONTROL_PLANE_HTTP_PUBLIC_URL: proxied,
      CLUSTER_AI_CONTROL_PLANE_HTTP_ALLOWED_HOSTS: 'door.internal',
      CLUSTER_AI_CONTROL_PLANE_HTTP_CORS_ORIGINS: 'https://app.example.com',
    },
  });
  port = Number(new URL(plane.url).port);
});

afterAll(async () => {
  await plane.remove();
  await postgres.remove();
  rmSync(folder, { recursive: true });
});

function send(path: string, headers: Record<string, string>, address = '127.0.0.1', method = 'GET') {
  return sendExactly({ address, port, path, headers, method, ca });
}

function networkAddress(): string {
  if (network === undefined) throw new Error('this machine has no address besides loopback ones');
  return network;
}

const bearer = (): { authorization: string } => ({ authorization: `Bearer ${plane.admin.token}` });

describe('a front door with TLS on every address', () => {
  test('curl with the CA reaches it, and one without does not trust it', async () => {
    const url = `https://localhost:${port}/livez`;
    const { stdout } = await promisify(execFile)('curl', ['-s', '--cacert', caFile, url]);
    expect(JSON.parse(stdout)).toEqual({ live: true });
    await expect(promisify(execFile)('curl', ['-s', url])).rejects.toMatchObject({ code: 60 });
  });

  test('plain text is not answered, and the next caller is', async () => {
    const plain = sendExactly({ address: '127.0.0.1', port, path: '/livez' });
    await expect(plain).rejects.toThrow(/ECONNRESET|socket hang up|Parse Error/);
    expect((await send('/livez', {})).status).toBe(200);
  });

  test('over loopback the exemption holds; over an address of the network it never does', async () => {
    const local = { host: `localhost:${port}` };
    expect((await send('/api/v1/models', local)).status).toBe(200);
    // The same machine, the same Host, another way in.
    expect((await send('/api/v1/models', local, networkAddress())).status).toBe(403);
    const named = { host: 'door.example' };
    expect((await send('/api/v1/models', named, networkAddress())).status).toBe(401);
    const forged = { ...named, 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1' };
    expect((await send('/api/v1/models', forged, networkAddress())).status).toBe(401);
    expect((await send('/api/v1/models', { ...named, ...bearer() }, networkAddress())).status).toBe(200);
  });

  test.each([
    ['the public address', 'cluster-ai.example.com', 401],
    ['the public address with a port', 'cluster-ai.example.com:8443', 401],
    ['a further name', 'door.internal', 401],
    ['a name of the certificate', 'door.example:3000', 401],
    ['a name that was led here (DNS rebinding)', 'evil.example', 403],
    ['one that looks like it', 'cluster-ai.example.com.evil.example', 403],
    ['a loopback name', 'localhost', 403],
  ])('over the network it answers to %s: %s -> %i', async (_what, host, status) => {
    for (const path of ['/api/v1/models', '/metrics', '/predict/v2/models']) {
      const answer = await send(path, { host }, networkAddress());
      expect([path, answer.status]).toEqual([path, status]);
    }
    const page = await send('/', { host }, networkAddress());
    expect(page.status === 403).toBe(status === 403);
  });

  test('a refused name is told what to set', async () => {
    const answer = await send('/', { host: 'evil.example' }, networkAddress());
    expect(problemSchema.parse(JSON.parse(answer.body))).toMatchObject({
      code: 'PERMISSION_DENIED',
      detail: expect.stringContaining('cluster-ai.example.com'),
      fix: 'set http.publicUrl to the address that people open, or add the name to http.allowedHosts',
    });
  });

  test('probes are answered under every name, to everybody', async () => {
    for (const path of ['/livez', '/readyz']) {
      expect((await send(path, { host: '10.1.2.3:3000' }, networkAddress())).status).toBe(200);
    }
  });

  test('browsers are told to come over TLS from now on, but not for localhost', async () => {
    const told = ({ headers }: ExactAnswer): unknown => headers['strict-transport-security'];
    expect(told(await send('/livez', { host: 'door.example' }))).toBe('max-age=31536000');
    expect(told(await send('/livez', { host: `localhost:${port}` }))).toBeUndefined();
  });

  test('/metrics says when the certificate expires', async () => {
    const { body } = await send('/metrics', { host: 'localhost' });
    const notAfter = Number(/^cluster_ai_control_plane_tls_not_after_seconds (\S+)$/m.exec(body)?.[1]);
    expect(Math.abs(notAfter - Date.now() / 1_000 - 6 * 86_400)).toBeLessThan(600);
  });
});

describe('pages of other origins', () => {
  const question = (origin: string) => ({
    host: 'door.example',
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization',
  });

  test('a named one may call with a key, and read the answer', async () => {
    const answer = await send('/api/v1/models', question('https://app.example.com'), networkAddress(), 'OPTIONS');
    expect(answer.status).toBe(204);
    expect(answer.headers['access-control-allow-origin']).toBe('https://app.example.com');
    expect(answer.headers['access-control-allow-headers']).toContain('authorization');
    expect(answer.headers['access-control-max-age']).toBe('600');
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    const headers = { host: 'door.example', origin: 'https://app.example.com' };
    const call = await send('/api/v1/models', { ...headers, ...bearer() }, networkAddress());
    expect(call.status).toBe(200);
    expect(call.headers['access-control-expose-headers']).toContain('x-request-id');
    // Without a key it is told so, and can read that too.
    const anonymous = await send('/api/v1/models', headers);
    expect([anonymous.status, anonymous.headers['access-control-allow-origin']]).toEqual([
      401,
      'https://app.example.com',
    ]);
  });

  test('another gets nothing, and a foreign name is refused before', async () => {
    const answer = await send('/api/v1/models', question('https://evil.example'), networkAddress(), 'OPTIONS');
    expect(answer.status).toBe(405);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    const rebound = { ...question('https://app.example.com'), host: 'evil.example' };
    expect((await send('/api/v1/models', rebound, networkAddress(), 'OPTIONS')).status).toBe(403);
  });
});

describe('a certificate that is renewed while it runs', () => {
  const figure = async (name: string): Promise<number> => {
    const { body } = await send('/metrics', { host: 'localhost' });
    return Number(new RegExp(`^cluster_ai_control_plane_${name} (\\S+)$`, 'm').exec(body)?.[1]);
  };

  test('is shown within seconds; open connections go on; a bad one leaves it', async () => {
    const kept = new Agent({ keepAlive: true, maxSockets: 1, ca });
    const sockets = new Set<unknown>();
    kept.on('free', (socket) => sockets.add(socket));
    const keptCall = () => sendExactly({ address: '127.0.0.1', port, path: '/livez', ca, agent: kept });
    await keptCall();

    write(authority.issue({ names: ['localhost', '127.0.0.1', 'renewed.example'] }));
    const tookMs = await until('the new certificate is shown', 15_000, async () =>
      (await namesShown()).includes('renewed.example'),
    );
    process.stdout.write(`a renewed certificate is shown after ${Math.round(tookMs)} ms\n`);
    expect(await figure('tls_reloads_total')).toBe(1);
    // Its names are answered to at once, and those of the one before no more.
    expect((await send('/api/v1/models', { host: 'renewed.example' }, networkAddress())).status).toBe(401);
    expect((await send('/api/v1/models', { host: 'door.example' }, networkAddress())).status).toBe(403);

    write({ cert: authority.issue({ names }).cert, key: authority.issue({ names }).key });
    await until('the bad files are counted', 15_000, async () => (await figure('tls_reload_failures_total')) === 1);
    expect(await namesShown()).toContain('renewed.example');
    expect(plane.log.join('')).toContain('is not that of the certificate in');

    expect((await keptCall()).status).toBe(200);
    expect(sockets.size).toBe(1);
    kept.destroy();
  });

  function namesShown(): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', ca, servername: 'localhost' }, () => {
        resolve(socket.getPeerCertificate().subjectaltname ?? '');
        socket.destroy();
      });
      socket.on('error', reject);
    });
  }
});

describe('a proxy that is named', () => {
  let behind: RunningPlane;
  let behindPort: number;

  beforeAll(async () => {
    behind = await startPlane(await postgres.createDatabase(), {
      env: {
        CLUSTER_AI_CONTROL_PLANE_HTTP_HOST: '0.0.0.0',
        CLUSTER_AI_CONTROL_PLANE_HTTP_PLAINTEXT: 'allowed',
        CLUSTER_AI_CONTROL_PLANE_HTTP_PUBLIC_URL: proxied,
        CLUSTER_AI_CONTROL_PLANE_HTTP_TRUSTED_PROXIES: networkAddress(),
      },
    });
    behindPort = Number(new URL(behind.url).port);
  });
  afterAll(() => behind.remove());

  const ask = (address: string, headers: Record<string, string>): Promise<ExactAnswer> =>
    sendExactly({ address, port: behindPort, path: '/livez', headers });

  test('its word for TLS is taken, and nobody else’s', async () => {
    const headers = { host: 'cluster-ai.example.com', 'x-forwarded-proto': 'https' };
    expect((await ask(networkAddress(), headers)).headers['strict-transport-security']).toBe('max-age=31536000');
    expect((await ask('127.0.0.1', headers)).headers['strict-transport-security']).toBeUndefined();
  });
});

describe('a front door that is not opened', () => {
  const attempt = async (env: Record<string, string>): Promise<unknown> => {
    const database = await postgres.createDatabase();
    return startPlane(database, { env, waitForDatabase: false }).then(
      () => 'it started',
      (error: unknown) => error,
    );
  };

  test('plain text on every address', async () => {
    expect(await attempt({ CLUSTER_AI_CONTROL_PLANE_HTTP_HOST: '0.0.0.0' })).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('set http.plaintext to allowed'),
    });
  });

  test('with the key of another certificate, or one that has expired', async () => {
    const [own, other] = [selfSignedCertificate(), selfSignedCertificate()];
    const expired = selfSignedCertificate({ validDays: [-9, -1] });
    for (const [pair, message] of [
      [{ cert: own.cert, key: other.key }, 'is not that of the certificate in'],
      [expired, 'expired at'],
    ] as const) {
      const [cert, key] = [join(folder, 'bad.crt'), join(folder, 'bad.key')];
      writeFileSync(cert, pair.cert);
      writeFileSync(key, pair.key);
      const env = {
        CLUSTER_AI_CONTROL_PLANE_HTTP_TLS_CERT_FILE: cert,
        CLUSTER_AI_CONTROL_PLANE_HTTP_TLS_KEY_FILE: key,
      };
      expect(await attempt(env)).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(message) });
    }
  });
});
