import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePath } from './path.ts';

test.each([
  ['/v2/health/live', { kind: 'live' }],
  ['/v2/health/ready', { kind: 'ready' }],
  ['/v2/health/ready/', { kind: 'ready' }],
  ['/v2', { kind: 'server' }],
  ['/v2/', { kind: 'server' }],
  ['/v2/models', { kind: 'models' }],
  ['/v2/models/', { kind: 'models' }],
  ['/v1/models', { kind: 'model-list' }],
  ['/metrics', { kind: 'metrics' }],
  ['/v2/models/iris', { kind: 'model', model: 'iris', version: null }],
  ['/v2/models/iris/', { kind: 'model', model: 'iris', version: null }],
  ['/v2/models/iris/ready', { kind: 'model-ready', model: 'iris', version: null }],
  ['/v2/models/iris/versions/3', { kind: 'model', model: 'iris', version: '3' }],
  ['/v2/models/iris/versions/3/ready', { kind: 'model-ready', model: 'iris', version: '3' }],
  ['/v2/models/iris/infer', { kind: 'infer', model: 'iris', version: null }],
  ['/v2/models/iris/versions/3/infer?x=1&y', { kind: 'infer', model: 'iris', version: '3' }],
  ['/v2/models/ready', { kind: 'model', model: 'ready', version: null }],
  ['/v2/models/my%20model/infer', { kind: 'infer', model: 'my model', version: null }],
  ['/v2/models/a%2Fb/infer', { kind: 'infer', model: 'a/b', version: null }],
  ['/v2/models/100%/infer', { kind: 'infer', model: '100%', version: null }],
])('%s is understood', (path, target) => {
  expect(parsePath(path)).toEqual(target);
});

test.each([
  '/',
  '',
  '/v3',
  '/v2//models',
  '/v2/models//infer',
  '/v2/models/iris/versions',
  '/v2/models/iris/versions//infer',
  '/v2/models/iris/config',
  '/v2/models/iris/infer/more',
  'http://localhost/v2',
  '*',
])('%s is no path of the protocol', (path) => {
  expect(parsePath(path)).toBeNull();
});

test('any path is read without an exception, in time that does not explode', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (tail) => void parsePath(`/v2/models/${tail}`)));
  const startedAtMs = performance.now();
  for (let count = 0; count < 1_000; count += 1) parsePath(`/v2/models/${'/versions'.repeat(3_000)}`);
  const tookMs = performance.now() - startedAtMs;
  console.log(`1,000 long paths: ${Math.round(tookMs)} ms`);
  expect(tookMs).toBeLessThan(5_000);
});
