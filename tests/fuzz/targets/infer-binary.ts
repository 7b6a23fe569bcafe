import { validateRequest } from '@cluster-ai/core/inference/validate-request.ts';
import { decodeRequest } from '@cluster-ai/protocols/open-inference/decode-request.ts';
import { encodeResponse } from '@cluster-ai/protocols/open-inference/encode-response.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import type { FuzzTarget } from '../engine/target.ts';

/** Stands between the JSON part and the tensors: no UTF-8 text has it. */
const border = 0xff;

const signature: ModelSignature = {
  inputs: [
    { name: 'x', datatype: 'FP32', shape: [-1, 2] },
    { name: 's', datatype: 'BYTES', shape: [-1] },
  ],
  outputs: [{ name: 'y', datatype: 'FP32', shape: [-1] }],
};

const example = (json: string, blob: readonly number[]): Uint8Array =>
  Uint8Array.from([...new TextEncoder().encode(json), border, ...blob]);

/** Bodies with the binary tensor data extension, and the header that says where the tensors begin. */
export const target: FuzzTarget = {
  about: 'infer requests with binary tensors and their header, from clients, up to the check against a model',
  form: 'json',
  weight: 3,
  seeds: () => [
    example(
      '{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"parameters":{"binary_data_size":8}},{"name":"s","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":6}}],"parameters":{"binary_data_output":true}}',
      [0, 0, 128, 63, 0, 0, 0, 64, 2, 0, 0, 0, 104, 105],
    ),
    example('@12\n{"inputs":[{"name":"b","datatype":"BOOL","shape":[2],"parameters":{"binary_data_size":2}}]}', [0, 1]),
    example('@-1\n{"inputs":[]}', []),
    example('@ 0x10\n{"inputs":[]}', []),
  ],
  run: (input) => {
    const { header, body } = partsOf(input);
    const { request, form } = decodeRequest(body, header, 'model', null);
    validateRequest(request, signature);
    encodeResponse({ modelName: 'm', modelVersion: '1', id: request.id, outputs: request.inputs }, form);
  },
};

/** `@<header>\n` in front replaces the header that would fit. */
function partsOf(input: Uint8Array): { header: string | null; body: Uint8Array } {
  const lineEnd = input[0] === 0x40 ? input.indexOf(0x0a) : -1;
  const rest = input.subarray(lineEnd + 1);
  const at = rest.indexOf(border);
  const json = at === -1 ? rest : rest.subarray(0, at);
  const body = at === -1 ? rest : Uint8Array.from([...json, ...rest.subarray(at + 1)]);
  if (lineEnd === -1) return { header: String(json.length), body };
  return { header: Buffer.from(input.subarray(1, lineEnd)).toString('latin1'), body };
}
