import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePath } from './path.ts';

test.each([
  ['/v2/health/live', { kind: 'live' }],
  ['/v2/health/ready', { kind: 'ready' }],
  ['/v2/health/ready/', { kind: 'ready' }],
  ['/', { kind: 'root' }],
  ['/?x', { kind: 'root' }],
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
  ['/v2/models/stats', { kind: 'all-statistics' }],
  ['/v2/models/iris/stats', { kind: 'statistics', model: 'iris', version: null }],
  ['/v2/models/iris/versions/3/config', { kind: 'config', model: 'iris', version: '3' }],
  ['/v2/models/iris/generate', { kind: 'generate', model: 'iris', version: null }],
  ['/v2/models/iris/versions/3/generate_stream', { kind: 'generate-stream', model: 'iris', version: '3' }],
  ['/v2/models/iris/trace/setting', { kind: 'trace', model: 'iris', version: null }],
  ['/v2/models/iris/versions/3/trace/setting', { kind: 'trace', model: 'iris', version: '3' }],
  ['/v2/trace/setting', { kind: 'all-traces' }],
  ['/v2/logging', { kind: 'logging' }],
  ['/v2/repository/index', { kind: 'repository-index', repository: null }],
  ['/v2/repository/own/index', { kind: 'repository-index', repository: 'own' }],
  ['/v2/repository/models/a%20b/load', { kind: 'load', repository: null, model: 'a b' }],
  ['/v2/repository/own/models/iris/unload', { kind: 'unload', repository: 'own', model: 'iris' }],
  ['/v2/systemsharedmemory/status', { kind: 'shared-memory-status', memory: 'system', region: null }],
  ['/v2/cudasharedmemory/region/r/register', { kind: 'shared-memory-change', memory: 'cuda', region: 'r' }],
  ['/v1/models/iris', { kind: 'model-v1', model: 'iris', version: null }],
  ['/v1/models/iris:predict', { kind: 'predict-v1', model: 'iris', version: null }],
  ['/v1/models/a:b:explain', { kind: 'explain-v1', model: 'a:b', version: null }],
  ['/v2/models/iris/versions/3/infer?x=1&y', { kind: 'infer', model: 'iris', version: '3' }],
  ['/v2/models/ready', { kind: 'model', model: 'ready', version: null }],
  ['/v2/models/my%20model/infer', { kind: 'infer', model: 'my model', version: null }],
  ['/v2/models/a%2Fb/infer', { kind: 'infer', model: 'a/b', version: null }],
  ['/v2/models/100%/infer', { kind: 'infer', model: '100%', version: null }],
])('%s is understood', (path, target) => {
  expect(parsePath(path)).toEqual(target);
});

test.each([
  '',
  '/v3',
  '/v2//models',
  '/v2/models//infer',
  '/v2/models/iris/versions',
  '/v2/models/iris/versions//infer',
  '/v2/models/iris/configs',
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
