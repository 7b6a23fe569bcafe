import assert from 'node:assert/strict';
import { isModelName } from '@cluster-ai/core/names/model-name.ts';
import { parsePath, type OpenInferenceTarget } from '@cluster-ai/gateway/frontends/open-inference/path.ts';
import type { FuzzTarget } from '../engine/target.ts';

type NamesModel = Extract<OpenInferenceTarget, { readonly model: string }>;

const ends: Readonly<Record<Exclude<NamesModel['kind'], 'load' | 'unload'>, string>> = {
  model: '',
  'model-ready': '/ready',
  infer: '/infer',
  generate: '/generate',
  'generate-stream': '/generate_stream',
  config: '/config',
  statistics: '/stats',
  explain: '/explain',
  trace: '/trace/setting',
  'model-v1': '',
  'predict-v1': ':predict',
  'explain-v1': ':explain',
};

function written(target: NamesModel): string {
  const model = encodeURIComponent(target.model);
  if (!('version' in target)) {
    const repository = target.repository === null ? '' : `/${encodeURIComponent(target.repository)}`;
    return `/v2/repository${repository}/models/${model}/${target.kind}`;
  }
  const { kind } = target;
  if (kind === 'model-v1' || kind === 'predict-v1' || kind === 'explain-v1') return `/v1/models/${model}${ends[kind]}`;
  const version = target.version === null ? '' : `/versions/${encodeURIComponent(target.version)}`;
  return `/v2/models/${model}${version}${ends[kind]}`;
}

/** The path of a call to the gateway. */
export const target: FuzzTarget = {
  about: 'paths of the inference listener, from clients: a path that is understood is written and understood the same',
  form: 'bytes',
  seeds: () => [
    '/v2/models/iris/versions/3/infer?x=1',
    '/v2/health/ready/',
    '/v2/models/a%2Fb%20c/ready',
    '/v1/models',
    '/v1/models/a:b:predict',
    '/v2/models/iris/versions/3/generate_stream',
    '/v2/models/iris/trace/setting',
    '/v2/repository/own/models/iris/unload',
    '/v2/cudasharedmemory/region/r/register',
    '/metrics',
  ],
  words: ['%2e', '%2F', '%00', '%ff', '..', '/infer', '/versions/'],
  run: (input) => {
    const rawPath = Buffer.from(input).toString('latin1');
    const found = parsePath(rawPath);
    if (found === null || !('model' in found) || !isModelName(found.model)) return;
    assert.deepEqual(parsePath(written(found)), found);
  },
};
