import assert from 'node:assert/strict';
import type { InferenceResponse } from '@cluster-ai/core/inference/request.ts';
import { assertTensorBytes } from '@cluster-ai/core/tensors/tensor.ts';
import { decodeRequest, type DecodedRequest } from '@cluster-ai/protocols/open-inference/decode-request.ts';
import { encodeResponse } from '@cluster-ai/protocols/open-inference/encode-response.ts';
import { deadlineOf } from '@cluster-ai/gateway/admission/deadline.ts';
import type { FuzzTarget } from '../engine/target.ts';

/** Bodies of `POST /v2/models/…/infer` that are JSON as a whole. */
export const target: FuzzTarget = {
  about:
    'infer requests in JSON, from clients: what is read is whole, and is the same when it is written and read again',
  form: 'json',
  weight: 3,
  seeds: () => [
    '{"id":"1","inputs":[{"name":"x","datatype":"FP32","shape":[2,2],"data":[[1,2.5],[3e-7,NaN]]}],"outputs":[{"name":"y","parameters":{"binary_data":true}}]}',
    '{"inputs":[{"name":"a","datatype":"INT64","shape":[2],"data":[9007199254740993,-1]},{"name":"b","datatype":"BYTES","shape":[2],"data":["é",""]}],"parameters":{"timeout":1000,"binary_data_output":false}}',
    '{"inputs":[{"name":"a","datatype":"BOOL","shape":[],"data":[true]},{"name":"u","datatype":"UINT8","shape":[3],"data":[0,255,1]}]}',
    '{"inputs":[{"name":"d","datatype":"FP64","shape":[0],"data":[]},{"name":"w","datatype":"UINT64","shape":[1],"data":[18446744073709551615]}]}',
  ],
  run: (input) => {
    const decoded = decodeRequest(input, null, 'model', null);
    deadlineOf(decoded.request.parameters, 0, 30_000);
    assertReadAgain(decoded);
  },
};

/** What was read is written as outputs and read back as inputs: each value is the one that it was. */
function assertReadAgain({ request }: DecodedRequest): void {
  for (const tensor of request.inputs) assertTensorBytes(tensor);
  const response: InferenceResponse = { modelName: 'm', modelVersion: '1', id: request.id, outputs: request.inputs };
  const { body, headerLength } = encodeResponse(response, { outputs: [], binaryByDefault: false });
  assert.equal(headerLength, null);
  const text = String(body)
    .replace('"outputs":', '"inputs":')
    .replace(/"model_name":"m","model_version":"1",/, '');
  const again = decodeRequest(new TextEncoder().encode(text), null, 'model', null);
  assert.deepEqual(
    again.request.inputs.map(({ name, datatype, shape, data }) => ({ name, datatype, shape, data: [...data] })),
    request.inputs.map(({ name, datatype, shape, data }) => ({
      name,
      datatype,
      shape,
      data: canonical(datatype, data),
    })),
  );
  assert.equal(again.request.id, request.id);
}

/** There are many NaN, and JSON has one. */
function canonical(datatype: string, data: Uint8Array): number[] {
  if (datatype === 'FP32') return [...new Uint8Array(new Float32Array(new Uint8Array(data).buffer).buffer)];
  return [...data];
}
