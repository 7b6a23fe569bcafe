import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { overviewSchema } from '@cluster-ai/contract/api/system.ts';
import { CaFiles } from '@cluster-ai/platform/tls/ca-files.ts';
import { trustForFetch } from '@cluster-ai/platform/tls/fetch-trust.ts';
import { RpcClient } from '@cluster-ai/testkit/rpc-client.ts';
import { selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { irisRequest } from '../iris.ts';
import { cli, runCli } from '../run-cli.ts';
import { startPlatform, until } from '../start-platform.ts';
import type { Platform } from '../start-platform.ts';
import { sendExactly } from './send-exactly.ts';

const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-up-tls-'));
const certFile = join(folder, 'tls.crt');
const keyFile = join(folder, 'tls.key');
/** Neither a name of this machine nor an address: nothing could be reached by it, and everything must work. */
const name = 'cluster-ai.example.com';
let platform: Platform;

const network = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

function writeCertificate(names: readonly string[]): void {
  const { cert, key } = selfSignedCertificate({ names });
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key);
}

beforeAll(async () => {
  // Under root the programs run as a user of their own.
  chmodSync(folder, 0o755);
  writeCertificate([name]);
  const caFiles = new CaFiles('the test', [certFile]);
  trustForFetch(() => caFiles);
  const flags = ['--host', '0.0.0.0', '--tls-cert', certFile, '--tls-key', keyFile];
  const env = { CLUSTER_AI_GATEWAY_HTTP_CORS_ORIGINS: 'https://app.example.com' };
  platform = await startPlatform({ tls: true, flags, env });
  await until('the announcement', 120_000, () => platform.output().includes('Stop with'));
});
afterAll(async () => {
  await platform?.stop();
  rmSync(folder, { recursive: true });
});

function networkAddress(): string {
  if (network === undefined) throw new Error('this machine has no address besides loopback ones');
  return network;
}

describe('up on every address with TLS', () => {
  test('announces the name of the certificate, and a command that works with a key', async () => {
    expect(platform.output()).toContain(`dashboard and API  https://${name}:${platform.ports.control}`);
    expect(platform.output()).toContain(`predictions        https://${name}:${platform.ports.gateway}`);
    const command = /^\s*(curl .*)$/m.exec(platform.output())?.[1];
    expect(command).toContain('authorization: Bearer $KEY');
    const keyPath = join(folder, 'test.key');
    await cli(platform, 'key', 'create', 'curl', '--write-to', keyPath);
    const asked = `KEY=$(cat ${keyPath}); ${command} --resolve ${name}:${platform.ports.gateway}:${networkAddress()}`;
    await until('the gateway knows the key', 20_000, async () => {
      const { stdout } = await promisify(execFile)('/bin/sh', ['-c', asked]);
      return irisRequest.check(stdout) === null;
    });
  });

  test('the gateway reports to the control plane, and says where it is reached', async () => {
    const overview = overviewSchema.parse(JSON.parse(await cli(platform, 'status', '-o', 'json')));
    expect(overview.gateways.map(({ connected, report }) => [connected, report.ready, report.httpUrl])).toEqual([
      [true, true, `https://${name}:${platform.ports.gateway}`],
    ]);
  });

  test('predict on this machine needs no key, nor does the front door', async () => {
    const input = ['--input', 'input=5.1,3.5,1.4,0.2'];
    expect(await cli(platform, 'predict', 'iris', ...input)).toContain('probabilities');
    const response = await fetch(`${platform.controlUrl}/predict${irisRequest.path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: irisRequest.body,
    });
    expect(irisRequest.check(await response.text())).toBeNull();
  });

  test('over the network a prediction needs a key, and so do the metrics', async () => {
    const ca = readFileSync(certFile, 'utf8');
    const call = (path: string, address: string, method = 'GET') =>
      sendExactly({
        address,
        port: platform.ports.gateway,
        path,
        method,
        headers: { host: 'localhost', 'content-type': 'application/json' },
        ca,
        servername: name,
        ...(method === 'POST' ? { body: irisRequest.body } : {}),
      });
    expect((await call(irisRequest.path, '127.0.0.1', 'POST')).status).toBe(200);
    for (const [path, method] of [
      [irisRequest.path, 'POST'],
      ['/v2/models/iris', 'GET'],
      ['/metrics', 'GET'],
    ] as const) {
      expect([path, (await call(path, networkAddress(), method)).status]).toEqual([path, 401]);
    }
    expect((await call('/v2/health/ready', networkAddress())).status).toBe(200);
    // The listener that asks for no key stays on this machine.
    const metrics = sendExactly({ address: networkAddress(), port: platform.ports.metrics, path: '/metrics' });
    await expect(metrics).rejects.toThrow('ECONNREFUSED');
    const own = await (await fetch(`${platform.metricsUrl}/metrics`)).text();
    expect(own).toMatch(/^cluster_ai_gateway_tls_not_after_seconds \d+/m);
  });

  test('gRPC shows the same certificate, and over the network it needs a key', async () => {
    expect(platform.output()).toContain(`gRPC               ${name}:${platform.ports.grpc}`);
    const ca = readFileSync(certFile, 'utf8');
    const ask = async (host: string, method: string) => {
      const client = new RpcClient(`${host}:${platform.ports.grpc}`, { ca, servername: name });
      const outcome = await client.unary(method, new Uint8Array(), { timeoutMs: 10_000 });
      client.close();
      return outcome.code;
    };
    const metadata = '/inference.GRPCInferenceService/ServerMetadata';
    expect(await ask('127.0.0.1', metadata)).toBe('OK');
    expect(await ask(networkAddress(), metadata)).toBe('UNAUTHENTICATED');
    expect(await ask(networkAddress(), '/grpc.health.v1.Health/Check')).toBe('OK');
  });

  test('a page of a named origin may ask the gateway, with a key; one of another may not', async () => {
    const ca = readFileSync(certFile, 'utf8');
    const { gateway: port } = platform.ports;
    const ask = (origin: string, method: string, more: Record<string, string> = {}) =>
      sendExactly({
        address: networkAddress(),
        port,
        path: irisRequest.path,
        method,
        headers: { host: name, origin, ...more },
        ca,
        servername: name,
      });
    const question = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
    const answer = await ask('https://app.example.com', 'OPTIONS', question);
    expect([answer.status, answer.body]).toEqual([200, '']);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'GET, HEAD, POST',
    });
    const refused = await ask('https://evil.example', 'OPTIONS', question);
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([405, undefined]);
    const keyless = await ask('https://app.example.com', 'POST');
    expect([keyless.status, keyless.headers['access-control-allow-origin']]).toEqual([401, 'https://app.example.com']);
  });

  test('a command that does not trust the certificate says so, and what to do', async () => {
    const elsewhere = { ...platform, home: join(folder, 'no-home') };
    const refused = await runCli(elsewhere, ['status']);
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('shows a certificate that is not trusted');
    expect(refused.stderr).toContain('--ca-file');
    const copy = join(folder, 'copied.pem');
    copyFileSync(certFile, copy);
    expect((await runCli(elsewhere, ['status', '--ca-file', copy])).stdout).toContain('gateway-1');
  });

  test('a renewed certificate is shown by all, and they still know each other', async () => {
    writeCertificate([name, 'renewed.example']);
    for (const port of [platform.ports.control, platform.ports.gateway, platform.ports.grpc]) {
      const tookMs = await until(`${port} shows it`, 15_000, async () => (await namesShown(port)).includes('renewed'));
      process.stdout.write(`shown after ${Math.round(tookMs)} ms\n`);
    }
    const before = await predictions();
    await cli(platform, 'predict', 'iris', '--input', 'input=5.1,3.5,1.4,0.2');
    const response = await fetch(`${platform.controlUrl}/predict${irisRequest.path}`, {
      method: 'POST',
      body: irisRequest.body,
    });
    expect(response.status).toBe(200);
    await until('reports arrive', 20_000, async () => (await predictions()) >= before + 2);
  });

  /** As the control plane heard it from the gateway. */
  async function predictions(): Promise<number> {
    const overview = overviewSchema.parse(JSON.parse(await cli(platform, 'status', '-o', 'json')));
    return overview.gateways[0]?.report.total.requestsTotal ?? 0;
  }

  function namesShown(port: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().subjectaltname ?? '');
        socket.destroy();
      });
      socket.on('error', reject);
    });
  }
});
