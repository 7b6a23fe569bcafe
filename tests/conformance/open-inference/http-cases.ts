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
  /** What the answer says besides, by lower-case name. */
  readonly answerHeaders?: Readonly<Record<string, string>>;
}

const notFound = { status: 404, answer: '{"error":"Not Found"}' };
const wrongMethod = { status: 405, answer: '{"error":"Method Not Allowed"}' };
const infer = (model: string) => ({ method: 'POST', path: `/v2/models/${model}/infer` });

/** A refused request with one input, which is written as it is. */
function refused(input: string, error: string): Omit<HttpCase, 'name'> {
  return { ...infer('identity_fp32'), body: `{"inputs":[${input}]}`, status: 400, answer: { error } };
}

/** A refused request of two bytes, whose JSON is said to have this length. */
function withHeaderLength(length: string, error: string): Omit<HttpCase, 'name'> {
  const headers = { 'Inference-Header-Content-Length': length };
  return { ...infer('simple'), body: '{}', headers, status: 400, answer: `{"error":"${error}"}` };
}

/** A request with one good input and these parameters. */
function withParameters(parameters: string): { method: string; path: string; body: string } {
  const input = '{"name":"INPUT0","datatype":"FP32","shape":[1,1],"data":[1]}';
  return { ...infer('identity_fp32'), body: `{"inputs":[${input}],"parameters":${parameters}}` };
}

const twoInBinary =
  '{"inputs":[{"name":"INPUT0","datatype":"FP32","shape":[1,2],"parameters":{"binary_data_size":8}}]}';

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
  {
    name: 'infer by GET',
    method: 'GET',
    path: '/v2/models/simple/infer',
    ...wrongMethod,
    answerHeaders: { allow: 'POST' },
  },
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
    ...withHeaderLength('99', 'inference header size should be in range (0, 2), got: 99'),
  },
  {
    name: 'a header length that is no number',
    ...withHeaderLength('x', 'Unable to parse Inference-Header-Content-Length, got: x'),
  },
  {
    name: 'a header length below zero',
    ...withHeaderLength('-1', 'inference header size should be in range (0, 2), got: -1'),
  },
  {
    name: 'a binary tensor that is too short',
    ...infer('identity_fp32'),
    body: `${twoInBinary}12345`,
    headers: { 'Inference-Header-Content-Length': String(twoInBinary.length) },
    status: 400,
    answer: `{"error":"unexpected size for input 'INPUT0', expecting 3 additional bytes for model 'identity_fp32'"}`,
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
    name: 'a shape beyond all bounds',
    ...refused(
      '{"name":"INPUT0","datatype":"FP32","shape":[2147483647,2147483647],"data":[1]}',
      "shape [2147483647,2147483647] of input 'INPUT0' causes total element count to exceed maximum size of 2147483647",
    ),
  },
  {
    name: 'fewer elements than the shape says',
    ...refused(
      '{"name":"INPUT0","datatype":"FP32","shape":[1,2],"data":[1]}',
      "Unable to parse 'data': shape does not match true shape of 'data' field for input 'INPUT0': shape is [1,2]",
    ),
  },
  {
    name: 'a datatype that is no text',
    ...refused(
      '{"name":"INPUT0","datatype":1,"shape":[1,1],"data":[1]}',
      "Unable to parse 'datatype' of input 'INPUT0': attempt to access JSON non-string as string",
    ),
  },
  {
    name: 'bytes that are no text, in JSON',
    ...infer('identity_bytes'),
    body: new Uint8Array(
      Buffer.from('{"inputs":[{"name":"INPUT0","datatype":"BYTES","shape":[1,1],"data":["\xff"]}]}', 'latin1'),
    ),
    status: 400,
    answer: {
      error:
        'failed to parse the request JSON buffer: the text is not valid UTF-8; send bytes that are no text as binary data',
    },
  },
  {
    name: 'an input in shared memory',
    ...refused(
      '{"name":"INPUT0","datatype":"FP32","shape":[1,1],"parameters":{"shared_memory_region":"r","shared_memory_byte_size":4}}',
      "Unable to find shared memory region: 'r'",
    ),
    status: 404,
  },
  {
    name: 'a parameter that is the server’s',
    ...withParameters('{"triton_x":1}'),
    status: 400,
    answer: { error: "parameter keys starting with 'triton_' are reserved for the server: 'triton_x'" },
  },
  {
    name: 'a parameter that is an object',
    ...withParameters('{"x":{}}'),
    status: 400,
    answer: { error: "parameter 'x' has invalid type. It should be either 'int', 'bool', or 'string'." },
  },
  {
    name: 'a timeout of a microsecond is over',
    ...withParameters('{"timeout":1}'),
    status: 504,
    answer: { error: "the deadline of the request passed before model 'identity_fp32' answered" },
  },
];
