import assert from 'node:assert/strict';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { validateRequest } from '@cluster-ai/core/inference/validate-request.ts';
import { decodePredict, encodePredict } from '@cluster-ai/protocols/kserve-v1/predict.ts';
import { decodeGenerate, encodeGenerate } from '@cluster-ai/protocols/open-inference/generate.ts';
import type { FuzzTarget } from '../engine/target.ts';

const signature: ModelSignature = {
  inputs: [
    { name: 'text_input', datatype: 'BYTES', shape: [-1, 1] },
    { name: 'x', datatype: 'INT64', shape: [-1, 2] },
  ],
  outputs: [],
};

/** Bodies that leave shapes to the model: `generate`, and KServe's first protocol. */
export const target: FuzzTarget = {
  about: 'generate and KServe v1 requests, from clients: what fits the model is written as an answer that is JSON',
  form: 'json',
  seeds: () => [
    '{"id":"r","text_input":"hello","x":[1,9007199254740993],"stream":false,"parameters":{"sequence_id":18446744073709551615}}',
    '{"instances":[{"text_input":["a"],"x":[1,-2]},{"x":[3,4],"text_input":["é"]}]}',
    '{"inputs":[{"name":"x","datatype":"INT64","shape":[1,2],"data":[1,2]}],"parameters":{"priority":1}}',
  ],
  words: ['instances', 'text_input', 'parameters', 'sequence_start', '__proto__', 'NaN'],
  run: (input) => {
    const readers = [
      () => decodeGenerate(input, { modelName: 'm', modelVersion: null, signature: () => signature }).request,
      () => decodePredict(input, 'm', () => signature),
    ];
    const refusals: Error[] = [];
    for (const read of readers) {
      try {
        assertWritten(read());
      } catch (thrown) {
        refusals.push(thrown instanceof Error ? thrown : new Error(String(thrown)));
      }
    }
    // A defect is found, whatever the other reader says; of two refusals one is enough.
    const found = refusals.find((refusal) => !(refusal instanceof ClusterError)) ?? refusals[0];
    if (found !== undefined) throw found;
  },
};

function assertWritten(request: InferenceRequest): void {
  validateRequest(request, signature);
  const rows = request.inputs[0]?.shape[0];
  const answer: unknown = JSON.parse(
    encodeGenerate({ modelName: 'm', modelVersion: '1', id: request.id, outputs: request.inputs }),
  );
  assert.equal(typeof answer, 'object');
  if (request.inputs.some(({ shape }) => shape[0] !== rows)) return;
  const { predictions } = JSON.parse(encodePredict(request.inputs)) as { predictions: readonly unknown[] };
  assert.equal(predictions.length, rows);
}
