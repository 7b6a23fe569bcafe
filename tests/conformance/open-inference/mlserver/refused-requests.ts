/** A request that at least one of the two servers refuses. */
export interface RefusedRequest {
  readonly title: string;
  readonly method?: 'GET';
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const input = (change: object) => ({ name: 'INPUT0', datatype: 'FP32', shape: [1, 2], data: [1, 2], ...change });
const infer = (model: string, body: object) => ({ path: `/v2/models/${model}/infer`, body: JSON.stringify(body) });
const fp32 = (change: object) => infer('identity_fp32', { inputs: [input(change)] });
const row = (name: string) => ({ name, datatype: 'INT32', shape: [1, 16], data: Array.from({ length: 16 }, () => 1) });

/** Sent to both servers; the page of differences shows what each answers. */
export const refusedRequests: readonly RefusedRequest[] = [
  { title: 'an unknown model', ...infer('nope', { inputs: [input({})] }) },
  {
    title: 'an unknown version',
    path: '/v2/models/simple/versions/99/infer',
    body: JSON.stringify({ inputs: [row('INPUT0'), row('INPUT1')] }),
  },
  { title: 'metadata of an unknown model', method: 'GET', path: '/v2/models/nope' },
  { title: 'readiness of an unknown model', method: 'GET', path: '/v2/models/nope/ready' },
  { title: 'an unknown path', method: 'GET', path: '/v2/nothing' },
  { title: 'infer by GET', method: 'GET', path: '/v2/models/simple/infer' },
  { title: 'a body that is no JSON', path: '/v2/models/simple/infer', body: '{' },
  { title: 'a body that is not said to be JSON', ...fp32({}), headers: { 'Content-Type': 'text/plain' } },
  { title: 'no inputs', ...infer('simple', {}) },
  { title: 'an input too few', ...infer('simple', { inputs: [row('INPUT0')] }) },
  { title: 'an unknown input', ...fp32({ name: 'NOPE' }) },
  { title: 'another datatype than the model’s', ...fp32({ datatype: 'INT32' }) },
  { title: 'an unknown datatype', ...fp32({ datatype: 'FLOAT' }) },
  { title: 'fewer elements than the shape', ...fp32({ shape: [1, 3] }) },
  { title: 'a shape that the model does not take', ...fp32({ shape: [2] }) },
  { title: 'a negative dimension', ...fp32({ shape: [-1, 2] }) },
  { title: 'a text among numbers', ...fp32({ data: [1, 'two'] }) },
  { title: 'FP16 in JSON', ...infer('identity_fp16', { inputs: [input({ datatype: 'FP16' })] }) },
  {
    title: 'an integer that does not fit',
    ...infer('identity_int8', { inputs: [input({ datatype: 'INT8', data: [1, 300] })] }),
  },
  {
    title: 'NaN',
    path: '/v2/models/identity_fp32/infer',
    body: JSON.stringify({ inputs: [input({})] }).replace('[1,2]}', '[1,NaN]}'),
  },
  { title: 'an unknown output', ...infer('identity_fp32', { inputs: [input({})], outputs: [{ name: 'NOPE' }] }) },
  { title: 'a compression that is not known', ...fp32({}), headers: { 'Content-Encoding': 'br' } },
];
