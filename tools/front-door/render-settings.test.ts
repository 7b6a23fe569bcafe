import { ClusterError } from '@cluster-ai/core/errors.ts';
import { describe, expect, test } from 'vitest';
import { renderFrontDoorSettings } from './render-settings.ts';

function file(name: string, environment: Readonly<Record<string, string>> = {}): string {
  const given = Object.fromEntries(Object.entries(environment).map(([key, value]) => [`CLUSTER_AI_${key}`, value]));
  const text = renderFrontDoorSettings(given).get(`${name}.conf`) ?? '';
  // Without the line that says who wrote it.
  return text.slice(text.indexOf('\n\n') + 2);
}

describe('settings that cannot be used are refused with a sentence that names them', () => {
  test.each([
    ['BACKEND', 'backend', 'is no host with a port'],
    ['GATEWAYS', 'a:8000 b;return:8000', '"b;return:8000" is no host with a port'],
    ['GATEWAYS', 'a:99999', 'is no host with a port'],
    ['GATEWAYS', 'localhost:8000', 'write 127.0.0.1'],
    ['GATEWAYS', 'a:8000=60 b:8000=60', 'the shares are 120 %'],
    ['GATEWAYS', 'a:8000=60', 'the shares are 60 %'],
    ['GATEWAYS', 'a:8000=100 b:8000', 'the shares are 100 %'],
    ['FRONT_DOOR_HTTP_PORT', '0', 'is no whole number from 1 to 65535'],
    ['RATE_LIMIT_API', 'many', 'is no whole number from 0'],
    ['RATE_LIMIT_API', '1e3', 'is no whole number from 0'],
    ['TRUSTED_PROXIES', '10.0.0.0/8; 0.0.0.0/0', 'is neither an address nor a network'],
    ['TRUSTED_PROXIES', '10.0.0.0/33', 'is neither an address nor a network'],
    ['PUBLIC_URL', 'https://a.example.com/$uri', 'is not of the form https://cluster-ai.example.com'],
    ['PUBLIC_URL', 'http://a.example.com', 'is not of the form https://cluster-ai.example.com'],
    ['RESOLVER', '10.0.0.1 valid=1h', 'is no server of names'],
    ['FRONT_DOOR_ADDRESS', 'example.com', 'is no address'],
    ['IPV6', 'yes', 'is neither on nor off'],
    ['TLS_CERT_FILE', 'tls.crt', 'is not an absolute path'],
    ['TLS_CERT_FILE', '/etc/tls.crt;', 'is not an absolute path'],
    ['TLS_CERT_FILE', '/etc/tls.crt', 'TLS needs both files: set CLUSTER_AI_TLS_KEY_FILE'],
    ['TLS_KEY_FILE', '/etc/tls.key', 'TLS needs both files: set CLUSTER_AI_TLS_CERT_FILE'],
  ])('%s=%s', (name, value, sentence) => {
    try {
      file('upstreams', { [name]: value });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ClusterError);
      expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
      expect(String(error)).toContain(`CLUSTER_AI_${name}: `);
      expect(String(error)).toContain(sentence);
    }
  });
});

describe('upstreams', () => {
  test('a name is looked up by nginx while it runs', () => {
    expect(file('upstreams', { GATEWAYS: 'gateways.internal:8000' })).toContain(
      'map "" $gateways {\n  default gateways.internal:8000;\n}\n',
    );
  });

  test('addresses are a list, in which nobody is left out', () => {
    expect(file('upstreams', { GATEWAYS: '10.0.0.1:8000 [fd00::1]:8000' })).toContain(
      'upstream gateways-1 {\n  zone gateways-1 64k;\n' +
        '  server 10.0.0.1:8000 max_fails=0;\n  server [fd00::1]:8000 max_fails=0;\n}\n' +
        'map "" $gateways {\n  default gateways-1;\n}\n',
    );
  });

  test('one address is tried twice', () => {
    expect(file('upstreams', { BACKEND: '10.0.0.1:80' }).match(/server 10\.0\.0\.1:80 max_fails=0;/g)).toHaveLength(2);
  });

  test.each([
    ['a:8000 b:8000=5', '  5% b:8000;\n  * a:8000;\n'],
    ['a:8000=90 b:8000=10', '  90% a:8000;\n  * b:8000;\n'],
    ['a:8000 b:8000 c:8000=20', '  20% c:8000;\n  40% a:8000;\n  * b:8000;\n'],
    ['a:8000 b:8000 c:8000', '  33.33% a:8000;\n  33.33% b:8000;\n  * c:8000;\n'],
    ['10.0.0.1:80=5 10.0.0.2:80 10.0.0.3:80', '  5% gateways-1;\n  * gateways-2;\n'],
  ])('%s is shared', (given, lines) => {
    expect(file('upstreams', { GATEWAYS: given })).toContain(`split_clients $request_id $gateways {\n${lines}}\n`);
  });

  test.each(['a:8000 b:8000=0', 'a:8000=100 b:8000=0'])('%s: whoever has no share gets nothing', (given) => {
    const text = file('upstreams', { GATEWAYS: given });
    expect(text).toContain('map "" $gateways {\n  default a:8000;\n}\n');
    expect(text).not.toContain('b:8000');
  });
});

describe('listeners', () => {
  const tls = { TLS_CERT_FILE: '/run/secrets/tls_cert', TLS_KEY_FILE: '/run/secrets/tls_key' };

  test('plain text alone', () => {
    expect(file('listen')).toBe('listen 8080;\n');
    expect(file('listen-grpc')).toBe('listen 8001 http2;\n');
    expect(file('redirect')).not.toContain('include');
  });

  test('with TLS, to which plain text leads', () => {
    const files = 'ssl_certificate /run/secrets/tls_cert;\nssl_certificate_key /run/secrets/tls_key;\n';
    expect(file('listen', tls)).toBe(`listen 8443 ssl http2;\n${files}`);
    expect(file('listen-plain', tls)).toBe('listen 8080;\n');
    expect(file('listen-grpc', tls)).toBe(`listen 8001 ssl http2;\n${files}`);
    expect(file('redirect', tls)).toContain('default https://$host;');
    expect(file('redirect', { ...tls, PUBLIC_URL: 'https://ai.example.com' })).toContain(
      'default https://ai.example.com;',
    );
  });

  test('over IPv6, too', () => {
    expect(file('listen', { IPV6: 'on' })).toBe('listen 8080;\nlisten [::]:8080;\n');
    expect(file('listen', { FRONT_DOOR_ADDRESS: 'fd00::1' })).toBe('listen [fd00::1]:8080;\n');
  });
});

test('no limit of requests where it is 0', () => {
  expect(file('predict', { RATE_LIMIT_PREDICT: '0' })).not.toContain('limit_req');
  expect(file('api', { RATE_LIMIT_API: '0' })).not.toContain('zone=api');
  expect(file('api', { RATE_LIMIT_API: '0' })).toContain('zone=sign-in');
});

test('a balancer in front is believed, and nobody else', () => {
  expect(file('trusted-proxies')).not.toContain('set_real_ip_from');
  expect(file('trusted-proxies', { TRUSTED_PROXIES: '10.0.0.0/8 fd00::/8' })).toBe(
    'set_real_ip_from 10.0.0.0/8;\nset_real_ip_from fd00::/8;\nreal_ip_header X-Forwarded-For;\nreal_ip_recursive on;\n' +
      'geo $realip_remote_addr $from_trusted_proxy {\n  default no;\n  10.0.0.0/8 yes;\n  fd00::/8 yes;\n}\n',
  );
});
