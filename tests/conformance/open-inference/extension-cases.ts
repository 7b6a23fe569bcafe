import { gzipSync } from 'node:zlib';
import type { HttpCase } from './http-cases.ts';

const json = { 'Content-Type': 'application/json' };
const numbers = Buffer.from(Float32Array.of(1.5, -2).buffer);
const notSupported = (what: string) => ({ status: 501, answer: { error: what } });
const infer = (model: string) => ({ method: 'POST', path: `/v2/models/${model}/infer` });
const oneRow = '{"inputs":[{"name":"INPUT0","datatype":"FP32","shape":[1,2],"data":[1.5,-2]}]}';
const oneRowBack = {
  model_name: 'identity_fp32',
  model_version: '1',
  outputs: [{ name: 'OUTPUT0', datatype: 'FP32', shape: [1, 2], data: [1.5, -2] }],
};

/** The forms of the extensions that no client library shows. */
export const extensionCases: readonly HttpCase[] = [
  {
    name: 'configuration by POST',
    method: 'POST',
    path: '/v2/models/simple/config',
    body: '',
    status: 405,
    answer: { error: 'Method Not Allowed' },
  },
  {
    name: 'statistics by POST',
    method: 'POST',
    path: '/v2/models/stats',
    body: '',
    status: 405,
    answer: { error: 'Method Not Allowed' },
  },
  {
    name: 'the index by GET',
    method: 'GET',
    path: '/v2/repository/index',
    status: 405,
    answer: { error: 'Method Not Allowed' },
  },
  {
    name: 'loading by GET',
    method: 'GET',
    path: '/v2/repository/models/simple/load',
    status: 405,
    answer: { error: 'Method Not Allowed' },
  },
  {
    name: 'a version that is no number has no configuration',
    method: 'GET',
    path: '/v2/models/simple/versions/99/config',
    status: 404,
    answer: { error: "Request for unknown model: 'simple' version 99 is not found" },
  },
  {
    name: 'the index of a named repository',
    method: 'POST',
    path: '/v2/repository/r/index',
    body: '',
    ...notSupported("'repository_name' specification is not supported"),
  },
  {
    name: 'loading from a named repository',
    method: 'POST',
    path: '/v2/repository/r/models/simple/load',
    body: '',
    ...notSupported("'repository_name' specification is not supported"),
  },
  {
    name: 'the index with a ready that is no boolean',
    method: 'POST',
    path: '/v2/repository/index',
    headers: json,
    body: '{"ready":1}',
    status: 400,
    answer: { error: "Invalid value for 'ready': expected a boolean" },
  },
  {
    name: 'a shared memory region that is not there',
    method: 'GET',
    path: '/v2/systemsharedmemory/region/a/status',
    status: 404,
    answer: { error: "Unable to find system shared memory region: 'a'" },
  },
  {
    name: 'a packed body',
    ...infer('identity_fp32'),
    headers: { ...json, 'Content-Encoding': 'gzip' },
    body: new Uint8Array(gzipSync(oneRow)),
    status: 200,
    answer: oneRowBack,
  },
  {
    name: 'an unknown content encoding',
    ...infer('identity_fp32'),
    headers: { ...json, 'Content-Encoding': 'br' },
    body: oneRow,
    ...notSupported("content encoding 'br' is not supported; send one of gzip, deflate, or the body as it is"),
  },
  {
    name: 'a raw request to a model with two inputs',
    ...infer('simple'),
    headers: { 'Inference-Header-Content-Length': '0' },
    body: new Uint8Array(numbers),
    status: 400,
    answer: {
      error:
        "Raw request must only have 1 input (found 1) to be deduced but got 2 inputs in 'simple' model configuration",
    },
  },
  {
    name: 'a header length that is no number',
    ...infer('identity_fp32'),
    headers: { 'Inference-Header-Content-Length': 'many' },
    body: oneRow,
    status: 400,
    answer: { error: 'Unable to parse Inference-Header-Content-Length, got: many' },
  },
  {
    name: 'KServe v1: a model that is ready',
    method: 'GET',
    path: '/v1/models/simple',
    status: 200,
    answer: { name: 'simple', ready: true },
  },
  {
    name: 'KServe v1: a prediction',
    method: 'POST',
    path: '/v1/models/identity_fp32:predict',
    headers: json,
    body: '{"instances":[[1.5,-2]]}',
    status: 200,
    answer: { predictions: [[1.5, -2]] },
  },
  {
    name: 'KServe v1: no instances',
    method: 'POST',
    path: '/v1/models/identity_fp32:predict',
    headers: json,
    body: '{}',
    status: 400,
    answer: { error: 'Expected "instances" to be a list' },
  },
  {
    name: 'KServe v1: an unknown model',
    method: 'POST',
    path: '/v1/models/nope:predict',
    headers: json,
    body: '{"instances":[[1]]}',
    status: 404,
    answer: { error: "Request for unknown model: 'nope' is not found" },
  },
  {
    name: 'generate',
    method: 'POST',
    path: '/v2/models/identity_bytes/generate',
    headers: json,
    body: '{"INPUT0":"hello"}',
    status: 200,
    answer: { model_name: 'identity_bytes', model_version: '1', OUTPUT0: 'hello' },
  },
];
