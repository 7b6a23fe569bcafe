import assert from 'node:assert/strict';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { cutBytesMin } from '@cluster-ai/protocols/json/cut-arrays.ts';
import type { JsonNumbers } from '@cluster-ai/protocols/json/json-numbers.ts';
import { decodeRequest, type DecodedRequest } from '@cluster-ai/protocols/open-inference/decode-request.ts';
import { encodeResponse } from '@cluster-ai/protocols/open-inference/encode-response.ts';
import { usualJson } from '@cluster-ai/protocols/open-inference/json-document.ts';
import type { FuzzTarget } from '../engine/target.ts';

/** Makes each array long enough for the module, and changes nothing else. */
const blanks = ' '.repeat(cutBytesMin);

/** Bodies of `POST /v2/models/…/infer` whose arrays the WebAssembly module reads. */
export const target: FuzzTarget = {
  about:
    'numbers in infer requests, from clients: the module reads and prints what the plain way does, or refuses alike',
  form: 'json',
  weight: 2,
  seeds: () => [
    '{"inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":[[1,2.5],[3e-7,0.12345678901234567]]}]}',
    '{"inputs":[{"name":"a","datatype":"INT64","shape":[3],"data":[9007199254740993,-1,1e2]},{"name":"b","datatype":"FP64","shape":[2],"data":[NaN,5e-324]}]}',
    '{"inputs":[{"name":"a","datatype":"BOOL","shape":[3],"data":[true,0,1.0]},{"name":"u","datatype":"UINT8","shape":[3],"data":[0, 255,-0]}]}',
    '{"id":"\\u00000","inputs":[{"name":"w","datatype":"UINT64","shape":[1],"data":[18446744073709551615]},{"name":"b","datatype":"BYTES","shape":[1],"data":["\\u00000"]}]}',
    '{"inputs":[{"name":"x","datatype":"FP32","shape":[20],"data":[0.1,0.25,-1.5,100,1e10,3.4e38,1e-45,0.333333,7,8,9,10,11,12,13,14,15,16.0625,-0.0,1e39]}]}',
  ],
  run: (input) => {
    const body = Buffer.from(Buffer.from(input).toString('latin1').replaceAll('"data":[', `$&${blanks}`), 'latin1');
    const plain = outcomeOf(body, 'plain');
    assert.deepEqual(outcomeOf(body, 'wasm'), plain);
    if (plain instanceof ClusterError) throw plain;
    assertSameAnswer(plain);
  },
};

/** An error of the table is compared by what clients see of it. */
function outcomeOf(body: Uint8Array, numbers: JsonNumbers): DecodedRequest | ClusterError {
  try {
    return decodeRequest(body, null, 'model', null, { json: { ...usualJson, numbers } });
  } catch (thrown) {
    if (thrown instanceof ClusterError) return new ClusterError(thrown.code, thrown.message);
    throw thrown;
  }
}

/** Each input, three times over, as an output. */
function assertSameAnswer({ request }: DecodedRequest): void {
  const outputs = request.inputs.map(({ name, datatype, data }) => {
    const thrice = Buffer.concat([data, data, data]);
    return { name, datatype, shape: [thrice.length], data: thrice };
  });
  const response = { modelName: 'm', modelVersion: '1', id: null, outputs };
  const textOf = (numbers: JsonNumbers) =>
    String(encodeResponse(response, { outputs: [], binaryByDefault: false }, numbers).body);
  assert.equal(textOf('wasm'), textOf('plain'));
}
