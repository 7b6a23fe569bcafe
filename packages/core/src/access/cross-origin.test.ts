import { describe, expect, test } from 'vitest';
import { createCrossOrigin, type CrossOriginRequest } from './cross-origin.ts';

const options = {
  setting: 'http.cors.origins',
  origins: ['https://app.example.com', 'http://localhost:5173'],
  anyOrigin: true,
  methods: ['GET', 'POST'],
  headers: ['authorization', 'content-type'],
  exposed: ['x-request-id'],
};

const ask = (origin: string | null, method = 'POST', requestMethod: string | null = null): CrossOriginRequest => ({
  method,
  origin,
  requestMethod,
});
const preflight = (origin: string): CrossOriginRequest => ask(origin, 'OPTIONS', 'POST');

describe('with named origins', () => {
  const rule = createCrossOrigin(options);

  test('a question of one is answered whole, without cookies', () => {
    const request = preflight('https://app.example.com');
    expect(rule?.isPreflight(request)).toBe(true);
    expect(rule?.headers(request)).toEqual([
      ['Access-Control-Allow-Origin', 'https://app.example.com'],
      ['Vary', 'Origin'],
      ['Access-Control-Allow-Methods', 'GET, POST'],
      ['Access-Control-Allow-Headers', 'authorization, content-type'],
      ['Access-Control-Max-Age', '600'],
    ]);
  });

  test('an answer to one may be read', () => {
    expect(rule?.headers(ask('http://localhost:5173'))).toEqual([
      ['Access-Control-Allow-Origin', 'http://localhost:5173'],
      ['Vary', 'Origin'],
      ['Access-Control-Expose-Headers', 'x-request-id'],
    ]);
  });

  test.each([
    'https://evil.example',
    'https://app.example.com.evil.example',
    'http://app.example.com',
    'https://app.example.com:8443',
    'HTTPS://APP.EXAMPLE.COM',
    'null',
    '*',
    '',
  ])('%j gets nothing', (origin) => {
    expect(rule?.isPreflight(preflight(origin))).toBe(false);
    expect(rule?.headers(preflight(origin))).toEqual([['Vary', 'Origin']]);
  });

  test('a call without an origin, and OPTIONS of another kind, are no questions', () => {
    expect(rule?.headers(ask(null))).toEqual([['Vary', 'Origin']]);
    expect(rule?.isPreflight(ask('https://app.example.com', 'OPTIONS'))).toBe(false);
    expect(rule?.isPreflight(ask('https://app.example.com', 'POST', 'POST'))).toBe(false);
  });
});

test('with * every page may call, and none with cookies', () => {
  const rule = createCrossOrigin({ ...options, origins: ['*'] });
  expect(rule?.headers(preflight('https://any.example'))).toContainEqual(['Access-Control-Allow-Origin', '*']);
  expect(rule?.headers(ask(null))).toEqual([]);
  expect(JSON.stringify(rule?.headers(preflight('https://any.example')))).not.toMatch(/credentials/i);
});

test('without origins there is no rule', () => {
  expect(createCrossOrigin({ ...options, origins: [] })).toBeNull();
});

test.each([
  'app.example.com',
  'https://app.example.com/',
  'https://*.example.com',
  'null',
  '',
  'https://App.example.com',
])('%j is refused', (origin) => {
  expect(() => createCrossOrigin({ ...options, origins: [origin] })).toThrow(
    `http.cors.origins: ${JSON.stringify(origin)} is not an origin`,
  );
});

test('* is refused where it is not offered', () => {
  expect(() => createCrossOrigin({ ...options, origins: ['*'], anyOrigin: false })).toThrow('"*" is not an origin');
});
