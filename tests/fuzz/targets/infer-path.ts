import assert from 'node:assert/strict';
import { isModelName } from '@cluster-ai/core/names/model-name.ts';
import { parsePath } from '@cluster-ai/gateway/frontends/open-inference/path.ts';
import type { FuzzTarget } from '../engine/target.ts';

/** The path of a call to the gateway. */
export const target: FuzzTarget = {
  about: 'paths of the inference listener, from clients: a path that is understood is written and understood the same',
  form: 'bytes',
  seeds: () => [
    '/v2/models/iris/versions/3/infer?x=1',
    '/v2/health/ready/',
    '/v2/models/a%2Fb%20c/ready',
    '/v1/models',
    '/metrics',
  ],
  words: ['%2e', '%2F', '%00', '%ff', '..', '/infer', '/versions/'],
  run: (input) => {
    const rawPath = Buffer.from(input).toString('latin1');
    const found = parsePath(rawPath);
    if (found === null || !('model' in found)) return;
    const version = found.version === null ? '' : `/versions/${encodeURIComponent(found.version)}`;
    if (!isModelName(found.model)) return;
    const end = { model: '', 'model-ready': '/ready', infer: '/infer' }[found.kind];
    assert.deepEqual(parsePath(`/v2/models/${encodeURIComponent(found.model)}${version}${end}`), found);
  },
};
