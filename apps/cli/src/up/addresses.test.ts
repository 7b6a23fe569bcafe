import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import { afterAll, expect, test } from 'vitest';
import { chooseAddresses } from './addresses.ts';
import { loadUpSettings } from './settings.ts';
import type { UpFlags } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'addresses-'));
afterAll(() => rmSync(folder, { recursive: true }));

function files(names: readonly string[]): Pick<UpFlags, 'tlsCert' | 'tlsKey'> {
  const { cert, key } = selfSignedCertificate({ names });
  const [tlsCert, tlsKey] = [join(folder, `${names.join()}.crt`), join(folder, `${names.join()}.key`)];
  writeFileSync(tlsCert, cert);
  writeFileSync(tlsKey, key);
  return { tlsCert, tlsKey };
}

async function choose(flags: UpFlags, env: Record<string, string> = {}) {
  const ports = { port: '0', gatewayPort: '0', grpcPort: '0', metricsPort: '0' };
  const addresses = await chooseAddresses(
    loadUpSettings({ ...ports, ...flags }, { CLUSTER_AI_HOME: folder, ...env }, 1),
  );
  const { url, gatewayUrl, controlUrl, gatewayInternalUrl, isOpen, selfSignedFile } = addresses;
  const named = [url, gatewayUrl, controlUrl, gatewayInternalUrl].map((text) => text.replace(/:\d+$/, ''));
  return { named, isOpen, selfSignedFile };
}

test('without settings everything is on this machine', async () => {
  expect(await choose({})).toEqual({
    named: ['http://localhost', 'http://localhost', 'http://127.0.0.1', 'http://127.0.0.1'],
    isOpen: false,
    selfSignedFile: undefined,
  });
});

test('on every address the certificate gives the name; programs call each other on this machine', async () => {
  const tls = files(['localhost', 'door.example', '127.0.0.1']);
  expect(await choose({ host: '0.0.0.0', ...tls })).toEqual({
    named: ['https://door.example', 'https://door.example', 'https://127.0.0.1', 'https://127.0.0.1'],
    isOpen: true,
    selfSignedFile: tls.tlsCert,
  });
});

test('the public address is the one for people', async () => {
  const tls = files(['other.example']);
  const { named } = await choose({ host: '0.0.0.0', publicUrl: 'https://door.example/', ...tls });
  expect(named.slice(0, 2)).toEqual(['https://door.example', 'https://other.example']);
});

test('a public address that is none is told before anything is started', async () => {
  await expect(choose({ publicUrl: 'door.example' })).rejects.toThrow('http.publicUrl: "door.example" is not');
});

test('behind a proxy the name of the machine is left', async () => {
  const plaintext = {
    CLUSTER_AI_CONTROL_PLANE_HTTP_PLAINTEXT: 'allowed',
    CLUSTER_AI_GATEWAY_HTTP_PLAINTEXT: 'allowed',
  };
  const { named, isOpen } = await choose({ host: '0.0.0.0' }, plaintext);
  expect(named).toEqual([`http://${hostname()}`, `http://${hostname()}`, 'http://127.0.0.1', 'http://127.0.0.1']);
  expect(isOpen).toBe(true);
});

test('a certificate that cannot be used is told before anything is started', async () => {
  const { tlsCert } = files(['one.example']);
  const { tlsKey } = files(['two.example']);
  await expect(choose({ tlsCert, tlsKey })).rejects.toThrow('is not that of the certificate in');
});

test('each gateway has a metrics port of its own, and there must be room for them', async () => {
  const load = (flags: UpFlags) => chooseAddresses(loadUpSettings(flags, { CLUSTER_AI_HOME: folder }, 1));
  const free = { port: '0', gatewayPort: '0', grpcPort: '0', metricsPort: '0' };
  const { gatewayPort, grpcPort, metricsPorts, metricsUrls } = await load({ ...free, gateways: '3' });
  expect(new Set([gatewayPort, grpcPort, ...metricsPorts, 0]).size).toBe(6);
  expect(metricsUrls).toEqual(metricsPorts.map((port) => `http://127.0.0.1:${port}`));
  await expect(load({ ...free, metricsPort: '65534', gateways: '3' })).rejects.toThrow('65534 to 65536');
});
