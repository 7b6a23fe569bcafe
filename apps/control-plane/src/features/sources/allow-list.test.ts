import { expect, test } from 'vitest';
import { allowedSource, parseAllowList } from './allow-list.ts';

test('an entry is a host, with a port and a path if it has them', () => {
  expect(parseAllowList(['models.example.com', 'CDN.example.com:8443/onnx', '[2606:4700::1]:443/a/'])).toEqual([
    { hostname: 'models.example.com', port: '', pathPrefix: '/', mayBePrivate: false },
    { hostname: 'cdn.example.com', port: '8443', pathPrefix: '/onnx/', mayBePrivate: true },
    { hostname: '[2606:4700::1]', port: '', pathPrefix: '/a/', mayBePrivate: true },
  ]);
});

test.each(['', 'https://a.example', 'user@a.example', 'a.example?x', 'a b', ':443', 'a.example:99999'])(
  '%j is no entry, and is named',
  (entry) => {
    expect(() => parseAllowList([entry])).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(JSON.stringify(entry)) }),
    );
  },
);

test('an address is fetched from when scheme, host, port and path are those of an entry', () => {
  const list = parseAllowList(['cdn.example.com:8443/onnx']);
  expect(allowedSource(new URL('https://cdn.example.com:8443/onnx/a.onnx'), list)).toBe(list[0]);
  for (const other of [
    'http://cdn.example.com:8443/onnx/a',
    'https://cdn.example.com/onnx/a',
    'https://cdn.example.com:8443/onnxx',
    'https://cdn.example.com:8443/onnx/../a',
    'https://a:b@cdn.example.com:8443/onnx/a',
  ]) {
    expect(() => allowedSource(new URL(other), list)).toThrow(expect.objectContaining({ code: 'SOURCE_NOT_ALLOWED' }));
  }
});
