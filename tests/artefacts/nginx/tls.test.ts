import { readdirSync, readFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { RpcClient } from '@cluster-ai/testkit/rpc-client.ts';
import { selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendExactly } from '../../integration/send-exactly.ts';
import { until } from '../../start-platform.ts';
import { sendBytes, startBehind, type Behind } from './behind.ts';
import { startFrontDoor, type FrontDoor } from './start-front-door.ts';

// The front door with a certificate.

const names = ['ai.example.com', 'localhost', '127.0.0.1'];
const certificate = selfSignedCertificate({ names });
let behind: Behind;
let door: FrontDoor;

beforeAll(async () => {
  behind = await startBehind((_incoming, response) => response.end('{}'));
  const settings = { BACKEND: behind.address, GATEWAYS: behind.address, PUBLIC_URL: 'https://ai.example.com' };
  door = await startFrontDoor({ certificate, settings });
});

afterAll(async () => {
  await door?.stop();
  await behind?.close();
});

interface TlsAnswer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
}

function get(path: string, host: string, ca = certificate.cert): Promise<TlsAnswer> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: door.tlsPort,
      path,
      ca,
      servername: 'ai.example.com',
      headers: { host },
      agent: false,
    };
    request(options, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers }));
    })
      .on('error', reject)
      .end();
  });
}

function handshake(options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host: '127.0.0.1', port: door.tlsPort, ca: certificate.cert, servername: 'ai.example.com', ...options },
      () => resolve(socket),
    );
    socket.on('error', reject);
  });
}

test('browsers are told to come over TLS from now on, on every answer, but not under the names of this machine', async () => {
  for (const path of ['/livez', '/api/v1/overview', '/none', '/a/../b']) {
    const { headers } = await get(path, 'ai.example.com');
    expect([path, headers['strict-transport-security']]).toEqual([path, 'max-age=31536000']);
  }
  for (const host of ['localhost', `localhost:${door.tlsPort}`, '127.0.0.1']) {
    expect((await get('/livez', host)).headers['strict-transport-security']).toBeUndefined();
  }
  expect(behind.requests[0]?.headers['x-forwarded-proto']).toBe('https');
});

test('plain text leads to TLS, and answers probes', async () => {
  const answer = await sendExactly({
    address: '127.0.0.1',
    port: door.port,
    path: '/models?x=1',
    headers: { host: 'evil.example' },
  });
  expect([answer.status, answer.headers.location]).toEqual([308, 'https://ai.example.com/models?x=1']);
  expect(answer.headers['x-frame-options']).toBe('DENY');
  expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
  expect(answer.headers['strict-transport-security']).toBeUndefined();
  const before = behind.requests.length;
  for (const path of ['/api/v1/session', '/v2/models']) {
    const { status } = await sendExactly({
      address: '127.0.0.1',
      port: door.port,
      path,
      method: 'POST',
      headers: { host: 'a' },
    });
    expect([path, status]).toEqual([path, 308]);
  }
  expect(behind.requests).toHaveLength(before);
  for (const path of ['/livez', '/readyz']) expect((await fetch(`${door.url}${path}`)).status).toBe(200);
  expect(await sendBytes(door.port, 'GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
});

test('plain text on the port of TLS is told so', async () => {
  const raw = await sendBytes(door.tlsPort, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(raw).toMatch(/^HTTP\/1\.1 400 /);
  expect(raw).toContain('application/problem+json');
});

test('old versions and weak ciphers are refused, present ones spoken', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const socket = await handshake({ minVersion: version, maxVersion: version });
    expect(socket.getProtocol()).toBe(version);
    socket.destroy();
  }
  const seclevel = ':@SECLEVEL=0';
  await expect(handshake({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: `ALL${seclevel}` })).rejects.toThrow(
    /protocol|alert|unsupported/i,
  );
  const weak = `AES128-SHA:AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA${seclevel}`;
  await expect(handshake({ maxVersion: 'TLSv1.2', ciphers: weak })).rejects.toThrow(/handshake|cipher|alert/i);
});

test('HTTP/2 is spoken, and a request over it goes on like others', async () => {
  const session = connectHttp2(`https://127.0.0.1:${door.tlsPort}`, {
    ca: certificate.cert,
    servername: 'ai.example.com',
  });
  const stream = session.request({
    ':path': '/api/v1/overview',
    ':authority': 'ai.example.com',
    'x-forwarded-for': '10.0.0.1',
  });
  const headers = await new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
    stream.on('response', resolve);
    stream.on('error', reject);
  });
  stream.resume();
  session.close();
  expect(headers[':status']).toBe(200);
  expect(headers['strict-transport-security']).toBe('max-age=31536000');
  const seen = behind.requests.at(-1)?.headers;
  expect([seen?.host, seen?.['x-forwarded-for']]).toEqual(['ai.example.com', '127.0.0.1']);
});

test('calls of gRPC that no gateway answers are told so in the words of gRPC', async () => {
  const client = new RpcClient(`127.0.0.1:${door.grpcPort}`, { ca: certificate.cert, servername: 'ai.example.com' });
  const { code, details } = await client.unary('/inference.GRPCInferenceService/ServerLive', new Uint8Array());
  expect([code, details]).toEqual(['UNAVAILABLE', 'no gateway answers']);
  client.close();
});

test('another certificate is used from the next reload on, and connections that are open go on', async () => {
  const kept = await handshake({});
  const next = selfSignedCertificate({ names });
  door.certify(next);
  expect((await get('/livez', 'a')).status).toBe(200);
  await door.reload();
  await until(
    'the new certificate is used',
    5_000,
    async () => (await get('/livez', 'a', next.cert).catch(() => null))?.status === 200,
  );
  // A worker that is on its way out may take one more connection.
  const refused = (): Promise<boolean> =>
    get('/livez', 'a').then(
      () => false,
      (error: unknown) => /certificate/.test(String(error)),
    );
  await until('the old certificate is not', 5_000, refused);
  kept.destroy();
  // Nobody but nginx reads the key, and nothing of it is in its logs.
  const logged = readdirSync(`${door.folder}/logs`).map((name) => readFileSync(`${door.folder}/logs/${name}`, 'utf8'));
  expect(logged.join('')).not.toContain('PRIVATE KEY');
});
