import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import { afterAll, expect, test } from 'vitest';
import { generateSecrets } from './generate-secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-account-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('outside a cluster it says so', async () => {
  await expect(generateSecrets(['--auth', 'a'], {}, folder)).rejects.toThrow(/KUBERNETES_SERVICE_HOST is not set/);
  const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' };
  await expect(generateSecrets(['--auth', 'a'], env, folder)).rejects.toThrow(/no token of its ServiceAccount/);
});

test('what it does not know it refuses', async () => {
  await expect(generateSecrets(['--autch', 'a'], {}, folder)).rejects.toThrow(/autch/);
  await expect(generateSecrets(['--redis', 'a'], {}, folder)).rejects.toThrow('--redis needs --redis-host');
});

/** An API server that knows one Secret already, and lets some be made. */
async function startApi(status: (name: string) => number) {
  const certificate = selfSignedCertificate();
  const asked: { authorization: string | undefined; path: string | undefined; body: unknown }[] = [];
  const server = createServer(certificate, (request, response) => {
    const answer = async (): Promise<void> => {
      const body = await json(request);
      asked.push({ authorization: request.headers.authorization, path: request.url, body });
      // The program sends such an object, and nothing else.
      const { metadata } = body as { metadata: { name: string } };
      response.writeHead(status(metadata.name), { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: 'said by the API server' }));
    };
    void answer();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo;
  writeFileSync(join(folder, 'ca.crt'), certificate.cert);
  writeFileSync(join(folder, 'token'), 'token-of-the-pod\n');
  writeFileSync(join(folder, 'namespace'), 'cluster-ai');
  return {
    asked,
    env: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(port) },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const words = ['--auth=a', '--redis=r', '--redis-host=redis'];

test('Secrets that are missing are made, and what is there is no error', async () => {
  await using api = await startApi((name) => (name === 'a' ? 409 : 201));
  await generateSecrets(words, api.env, folder);
  expect(api.asked.map(({ authorization, path }) => [authorization, path])).toEqual([
    ['Bearer token-of-the-pod', '/api/v1/namespaces/cluster-ai/secrets'],
    ['Bearer token-of-the-pod', '/api/v1/namespaces/cluster-ai/secrets'],
  ]);
  expect(api.asked[1]?.body).toMatchObject({
    kind: 'Secret',
    metadata: { name: 'r' },
    stringData: { url: expect.stringMatching(/^redis:\/\/cluster_ai:[\w-]{48}@redis:6379\/0$/) },
  });
});

test('a refusal is said, with what the API server says', async () => {
  await using api = await startApi(() => 403);
  await expect(generateSecrets(words, api.env, folder)).rejects.toMatchObject({
    message: 'the API server answers 403 to a new Secret a',
    fix: expect.stringContaining('said by the API server'),
  });
});
