import { datatypes } from '@cluster-ai/core/tensors/datatype.ts';
import { anyTensor } from '@cluster-ai/testkit/tensors/any-tensor.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRequest } from './decode-request.ts';
import { encodeResponse } from './encode-response.ts';

test.each(datatypes)('%s: what is answered in binary can be sent back as a request', (datatype) => {
  fc.assert(
    fc.property(
      anyTensor('x', datatype, { jsonOnly: false }),
      anyTensor('x2', datatype, { jsonOnly: false }),
      (first, second) => {
        const response = { modelName: 'm', modelVersion: '1', id: 'r', outputs: [first, second] };
        const { body, headerLength } = encodeResponse(response, { outputs: [], binaryByDefault: true });
        const text = Buffer.from(body).toString('latin1').replace('"outputs":', '"inputs":');
        const sentBack = new Uint8Array(Buffer.from(text, 'latin1'));
        const { request } = decodeRequest(sentBack, headerLength === null ? null : String(headerLength - 1), 'm', null);
        expect(request.inputs).toEqual([first, second]);
      },
    ),
  );
});

test('an output that was named and is not there is left out, and one that JSON cannot carry is refused', () => {
  const half = { name: 'h', datatype: 'FP16' as const, shape: [1], data: new Uint8Array(2) };
  const response = { modelName: 'm', modelVersion: '1', id: null, outputs: [half] };
  expect(encodeResponse(response, { outputs: [{ name: 'other', binary: false }], binaryByDefault: false }).body).toBe(
    '{"model_name":"m","model_version":"1","outputs":[]}',
  );
  expect(() => encodeResponse(response, { outputs: [], binaryByDefault: false })).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: 'sending FP16 data via JSON is not supported. Please use the binary data format for output h',
    }),
  );
});
