import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { reportGateway } from '@cluster-ai/contract/api/fleet.ts';
import { controlPlaneConfigSchema } from '@cluster-ai/contract/config/control-plane.ts';
import { gatewayConfigSchema } from '@cluster-ai/contract/config/gateway.ts';
import { errorTable, type ErrorCode } from '@cluster-ai/core/errors.ts';
import { securityHeadersFor } from '@cluster-ai/control-plane/http/security-headers.ts';
import { selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { renderFrontDoorSettings } from '../../../tools/front-door/render-settings.ts';
import { repository } from '../../start-platform.ts';
import { prepareFrontDoor, testConfiguration, type PreparedFrontDoor, type Settings } from './start-front-door.ts';

// What is in the files, and whether nginx takes it. What it then does is in the other tests of this folder.

const folder = join(repository, 'web-dashboard/nginx');
const parts = readdirSync(folder).filter((name) => name.endsWith('.conf'));
const shipped = renderFrontDoorSettings({});

let prepared: PreparedFrontDoor | undefined;

afterEach(() => {
  if (prepared !== undefined) rmSync(prepared.folder, { recursive: true });
  prepared = undefined;
});

describe('nginx takes the configuration', () => {
  test.each<[string, Settings]>([
    ['as it is', {}],
    ['with names that are looked up at run time', { BACKEND: 'backend:3000', GATEWAYS: 'inference-gateway:8000' }],
    ['with several gateways', { GATEWAYS: '127.0.0.2:8000 127.0.0.3:8000 [::1]:8000' }],
    ['with a canary', { GATEWAYS: 'inference-gateway:8000 inference-gateway-canary:8000=5' }],
    ['without limits of requests', { RATE_LIMIT_API: '0', RATE_LIMIT_PREDICT: '0', RATE_LIMIT_SIGN_IN: '0' }],
    ['behind a balancer', { TRUSTED_PROXIES: '10.0.0.0/8 fd00::/8 192.0.2.7' }],
    ['with a server of names by its IPv6 address', { RESOLVER: 'fd00::a' }],
    ['on an address of IPv6', { FRONT_DOOR_ADDRESS: '::1' }],
  ])('%s', async (_what, settings) => {
    prepared = await prepareFrontDoor({ settings });
    const { code, text } = await testConfiguration(prepared);
    expect(`${code} ${text}`).toMatch(/^0 /);
    // Nor does it warn.
    expect(text).not.toContain('[');
  });

  test('with TLS, unless the key is none', async () => {
    const certificate = selfSignedCertificate({ names: ['localhost'] });
    prepared = await prepareFrontDoor({ certificate });
    expect((await testConfiguration(prepared)).code).toBe(0);
    prepared.certify({ ...certificate, key: 'no key' });
    expect((await testConfiguration(prepared)).code).toBe(1);
  });
});

test('the settings in the image are those that are written without any variable', () => {
  const at = join(folder, 'settings');
  expect(readdirSync(at).toSorted()).toEqual([...shipped.keys()].toSorted());
  for (const [name, text] of shipped) expect([name, readFileSync(join(at, name), 'utf8')]).toEqual([name, text]);
});

describe('the front door says what the platform says', () => {
  const all = (): string =>
    [join(repository, 'web-dashboard/nginx.conf'), ...parts.map((name) => join(folder, name))]
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');

  test('security headers are those of the control plane, each once', () => {
    const client = { address: '192.0.2.1', https: true, overLoopback: false };
    const wanted = securityHeadersFor(client, 'cluster-ai.example.com');
    for (const [name, value] of Object.entries(wanted)) {
      if (name === 'strict-transport-security') continue;
      const lines = all()
        .split('\n')
        .filter((line) => line.toLowerCase().startsWith(`add_header ${name} `));
      expect(lines.map((line) => line.replace(/^add_header \S+ "?(.*?)"? always;$/, '$1'))).toEqual([value]);
    }
    expect(all()).toContain(`default ""`);
    expect(all()).toContain(`~^https: ${wanted['strict-transport-security']};`);
  });

  test('what comes bit by bit is kept in no buffer, and events may be an hour apart', () => {
    // Small events come through a buffer as well while the reader keeps up: behaviour alone does not tell.
    const blockOf = (location: string): string =>
      new RegExp(`^ {4}location ${RegExp.escape(location)} \\{\\n(.*?)^ {4}\\}`, 'ms').exec(all())?.[1] ?? '';
    const unbuffered = ['= /api/v1/events', '/predict/', '~ ^/(?:v1|v2)(?:/|$)'];
    for (const location of unbuffered) {
      expect([location, blockOf(location)]).toEqual([location, expect.stringContaining('proxy_buffering off;')]);
    }
    expect(blockOf('= /api/v1/events')).toContain('proxy_read_timeout 1h;');
  });

  test('headers are set in one place: a location with one of its own would lose the others', () => {
    const elsewhere = parts.filter((name) => !['security-headers.conf', 'grpc.conf'].includes(name));
    for (const name of elsewhere) {
      expect(`${name}: ${readFileSync(join(folder, name), 'utf8')}`).not.toMatch(/^\s*add_header/m);
    }
    expect(readFileSync(join(repository, 'web-dashboard/nginx.conf'), 'utf8')).not.toMatch(/^\s*add_header/m);
  });

  test('errors are of the table', () => {
    const problems = [...all().matchAll(/return (\d+) '(\{"type".*?\})'/g)];
    expect(problems.length).toBe(12);
    for (const [, status, text = ''] of problems) {
      const problem = JSON.parse(text) as { code: ErrorCode; title: string; status: number; type: string };
      const row = errorTable[problem.code];
      expect(problem).toMatchObject({ status: Number(status), title: row.meaning });
      expect(row.http).toBe(problem.status);
      expect(problem.type).toBe(`urn:cluster-ai:error:${problem.code.toLowerCase()}`);
    }
  });

  test('limits of bodies are those of the programs behind', () => {
    const text = [...shipped.values()].join('\n');
    const auth = { adminTokenFile: '/a', gatewayTokenFile: '/b' };
    const plane = controlPlaneConfigSchema.parse({ home: '/x', database: { url: 'postgres://x' }, auth });
    const gateway = gatewayConfigSchema.parse({ home: '/x' });
    expect(text).toContain(`client_max_body_size ${plane.uploads.bytesMax};`);
    expect(text).toContain(`client_max_body_size ${gateway.http.bodyBytesMax};`);
    const server = readFileSync(join(repository, 'apps/control-plane/src/server.ts'), 'utf8');
    expect(server).toContain('const jsonBytesMax = 1_048_576;');
    expect(text).toContain('client_max_body_size 1048576;');
    expect(text).toContain(`client_max_body_size ${reportGateway.bodyBytesMax};`);
  });

  /** What a test of behaviour would need minutes, thousands of connections or another machine to see. */
  test.each([
    'reset_timedout_connection on;',
    'keepalive_requests 10000;',
    'client_header_buffer_size 4k;',
    'large_client_header_buffers 4 8k;',
    'http2_max_concurrent_streams 128;',
    'ssl_session_cache shared:tls:10m;',
    'ssl_session_timeout 1h;',
    'ssl_session_tickets off;',
    'ssl_prefer_server_ciphers off;',
    'proxy_connect_timeout 2s;',
    'proxy_send_timeout 60s;',
    'proxy_next_upstream error timeout;',
    'proxy_next_upstream_tries 3;',
    'proxy_next_upstream_timeout 10s;',
    'proxy_max_temp_file_size 0;',
    'grpc_connect_timeout 2s;',
    'grpc_next_upstream error timeout;',
    'grpc_next_upstream_tries 3;',
    'grpc_next_upstream_timeout 10s;',
    'gzip_proxied any;',
    'absolute_redirect off;',
    'sendfile on;',
    'tcp_nopush on;',
  ])('%s stands in the files', (directive) => {
    expect(
      all()
        .split('\n')
        .map((line) => line.trim()),
    ).toContain(directive);
  });

  test('nothing of an answer is kept: there is no cache that could give it to somebody else', () => {
    expect(all()).not.toMatch(/proxy_(cache|store|cache_path)\b/);
  });
});
