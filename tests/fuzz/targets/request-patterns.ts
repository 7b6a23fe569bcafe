import assert from 'node:assert/strict';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { decodeRequest, type DecodedRequest } from '@cluster-ai/protocols/open-inference/decode-request.ts';
import { RequestPatterns } from '@cluster-ai/protocols/open-inference/patterns/request-patterns.ts';
import type { FuzzTarget } from '../engine/target.ts';

/** Stands between two requests: no UTF-8 text has it. */
const border = 0xff;

const pair = (first: string, second: string): Uint8Array =>
  Uint8Array.from([...new TextEncoder().encode(first), border, ...new TextEncoder().encode(second)]);

/** A request of a client, and another one that is read by the pattern of the first. */
export const target: FuzzTarget = {
  about: 'infer requests in JSON that are read by the pattern of an earlier one: as without it, or refused alike',
  form: 'json',
  weight: 3,
  seeds: () => [
    pair(
      '{"id":"1","inputs":[{"name":"x","datatype":"FP32","shape":[1,4],"data":[5.1,3.5,1.4,0.2]}]}',
      '{"id":"two","inputs":[{"name":"x","datatype":"FP32","shape":[1,4],"data":[-0, 1e-7,0.12345678901234567 ,12]}]}',
    ),
    pair(
      '{"inputs":[{"data":[1,2],"name":"a","datatype":"INT64","shape":[2]},{"name":"b","datatype":"FP64","shape":[1],"data":[0.5]}],"id":"x"}',
      '{"inputs":[{"data":[9007199254740993,-1],"name":"a","datatype":"INT64","shape":[2]},{"name":"b","datatype":"FP64","shape":[1],"data":[NaN]}],"id":"\\u0041"}',
    ),
    pair(
      '{"id":"\\u0000","inputs":[{"name":"u","datatype":"UINT8","shape":[3],"data":[0,255,1]}],"outputs":[{"name":"y"}],"parameters":{"a":"\\u00000"}}',
      '{"id":"b","inputs":[{"name":"u","datatype":"UINT8","shape":[3],"data":[0,256,1]}],"outputs":[{"name":"y"}],"parameters":{"a":"\\u00000"}}',
    ),
  ],
  run: (input) => {
    const at = input.indexOf(border);
    const first = Buffer.from(at === -1 ? input : input.subarray(0, at));
    const second = Buffer.from(at === -1 ? input : input.subarray(at + 1));
    const patterns = new RequestPatterns();
    outcomeOf(first, patterns);
    const plain = outcomeOf(second);
    assert.deepEqual(outcomeOf(second, patterns), plain);
    if (plain instanceof ClusterError) throw plain;
  },
};

/** An error of the table is compared by what clients see of it, and tensors by their bytes, wherever these lie. */
function outcomeOf(body: Buffer, patterns?: RequestPatterns): DecodedRequest | ClusterError {
  try {
    const { request, form } = decodeRequest(body, null, 'model', null, patterns === undefined ? {} : { patterns });
    const inputs = request.inputs.map(({ name, datatype, shape, data }) => {
      return { name, datatype, shape, data: new Uint8Array(data) };
    });
    return { request: { ...request, inputs }, form };
  } catch (thrown) {
    if (thrown instanceof ClusterError) return new ClusterError(thrown.code, thrown.message);
    throw thrown;
  }
}
