/** One call and what must come back, for the forms that no client library shows. */
export interface HttpCase {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  /** The exact text of the answer, or its parsed form. */
  readonly answer: string | object;
}

const notFound = { status: 404, answer: '{"error":"Not Found"}' };
const wrongMethod = { status: 405, answer: '{"error":"Method Not Allowed"}' };
const infer = (model: string) => ({ method: 'POST', path: `/v2/models/${model}/infer` });

/** A request with one input, and the answer of an identity model to it. */
function echo(datatype: string, shape: string, data: string): { body: string; status: number; answer: string } {
  const model = `identity_${datatype.toLowerCase()}`;
  return {
    body: `{"inputs":[{"name":"INPUT0","datatype":"${datatype}","shape":${shape},"data":${data}}]}`,
    status: 200,
    answer: `{"model_name":"${model}","model_version":"1","outputs":[{"name":"OUTPUT0","datatype":"${datatype}","shape":${shape},"data":${data}}]}`,
  };
}

export const httpCases: readonly HttpCase[] = [
  {
    name: 'liveness is a document',
    method: 'GET',
    path: '/v2/health/live',
    status: 200,
    answer: { live: true, ready: true },
  },
  {
    name: 'readiness is a document',
    method: 'GET',
    path: '/v2/health/ready',
    status: 200,
    answer: { live: true, ready: true },
  },
  { name: 'an unknown path', method: 'GET', path: '/v2/nothing', ...notFound },
  { name: 'the root', method: 'GET', path: '/', ...notFound },
  { name: 'a path that goes on', method: 'POST', path: '/v2/models/simple/infer/more', ...notFound },
  { name: 'a path in upper case', method: 'GET', path: '/V2/HEALTH/LIVE', ...notFound },
  { name: 'health by POST', method: 'POST', path: '/v2/health/live', body: '', ...wrongMethod },
  { name: 'server metadata by DELETE', method: 'DELETE', path: '/v2', ...wrongMethod },
  { name: 'infer by GET', method: 'GET', path: '/v2/models/simple/infer', ...wrongMethod },
  { name: 'infer by PUT', method: 'PUT', path: '/v2/models/simple/infer', body: '{}', ...wrongMethod },
  { name: 'the list of models by POST', method: 'POST', path: '/v1/models', body: '{}', ...wrongMethod },
  {
    name: 'readiness of an unknown model',
    method: 'GET',
    path: '/v2/models/nope/ready',
    status: 400,
    answer: '{"error":"Model version not ready"}',
  },
  {
    name: 'metadata of an unknown model',
    method: 'GET',
    path: '/v2/models/nope',
    status: 404,
    answer: `{"error":"Request for unknown model: 'nope' is not found"}`,
  },
  {
    name: 'a name with escapes',
    method: 'GET',
    path: '/v2/models/sim%70le/ready',
    status: 200,
    answer: { name: 'simple', ready: true },
  },
  {
    name: 'a name that is a path',
    method: 'GET',
    path: '/v2/models/..%2f..%2fetc%2fpasswd',
    status: 404,
    answer: `{"error":"Request for unknown model: '../../etc/passwd' is not found"}`,
  },
  {
    name: 'an empty body',
    ...infer('simple'),
    body: '',
    status: 400,
    answer: '{"error":"failed to parse the request JSON buffer: unexpected end at position 0"}',
  },
  {
    name: 'broken JSON',
    ...infer('simple'),
    body: '{"inputs":[}',
    status: 400,
    answer: '{"error":"failed to parse the request JSON buffer: unexpected character \\"}\\" at position 11"}',
  },
  {
    name: 'nesting without end',
    ...infer('simple'),
    body: '['.repeat(100_000),
    status: 400,
    answer: '{"error":"JSON nesting depth exceeds maximum allowed limit (100)"}',
  },
  {
    name: 'a header length past the body',
    ...infer('simple'),
    body: '{}',
    headers: { 'Inference-Header-Content-Length': '99' },
    status: 400,
    answer: '{"error":"inference header size should be in range (0, 2), got: 99"}',
  },
  {
    name: 'a header length that is no number',
    ...infer('simple'),
    body: '{}',
    headers: { 'Inference-Header-Content-Length': 'x' },
    status: 400,
    answer: '{"error":"Unable to parse Inference-Header-Content-Length, got: x"}',
  },
  {
    name: 'bytes that no input takes',
    ...infer('identity_bool'),
    body: '{"inputs":[]}xyz',
    headers: { 'Inference-Header-Content-Length': '13' },
    status: 400,
    answer: `{"error":"unexpected additional input data for model 'identity_bool'"}`,
  },
  { name: 'booleans', ...infer('identity_bool'), ...echo('BOOL', '[1,2]', '[true,false]') },
  {
    name: 'integers beyond 2^53',
    ...infer('identity_int64'),
    ...echo('INT64', '[1,3]', '[9007199254740993,-9223372036854775808,9223372036854775807]'),
  },
  {
    name: 'the largest unsigned integer',
    ...infer('identity_uint64'),
    ...echo('UINT64', '[1,1]', '[18446744073709551615]'),
  },
  {
    name: 'fewest digits of float32',
    ...infer('identity_fp32'),
    ...echo('FP32', '[1,4]', '[0.1,0.33333334,16777216,1e-45]'),
  },
  {
    name: 'NaN and infinities as bare words',
    ...infer('identity_fp32'),
    ...echo('FP32', '[1,3]', '[NaN,Infinity,-Infinity]'),
  },
  { name: 'minus zero', ...infer('identity_fp64'), ...echo('FP64', '[1,1]', '[-0.0]') },
  { name: 'texts', ...infer('identity_bytes'), ...echo('BYTES', '[1,3]', '["olá \\"","","日本🌍"]') },
  { name: 'no elements', ...infer('identity_fp32'), ...echo('FP32', '[0,7]', '[]') },
  {
    name: 'a number that does not fit its datatype',
    ...infer('identity_int8'),
    body: '{"inputs":[{"name":"INPUT0","datatype":"INT8","shape":[1,1],"data":[128]}]}',
    status: 400,
    answer: `{"error":"Unable to parse 'data' of input 'INPUT0': element 0 is 128, which is not a value of INT8"}`,
  },
  {
    name: 'a compressed body',
    ...infer('simple'),
    body: 'x',
    headers: { 'Content-Encoding': 'br' },
    status: 501,
    answer: `{"error":"content encoding 'br' is not supported; send one of gzip, deflate, or the body as it is"}`,
  },
];
