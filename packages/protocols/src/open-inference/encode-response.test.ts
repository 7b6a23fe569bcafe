import { datatypes } from '@cluster-ai/core/tensors/datatype.ts';
import { anyTensor } from '@cluster-ai/testkit/tensors/any-tensor.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRequest } from './decode-request.ts';
import { tensorToJson } from '../json/tensor-json.ts';
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

const nameText = fc.oneof(
  fc.string({ minLength: 1, maxLength: 8 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
);
const otherThanHalf = datatypes.filter((datatype) => datatype !== 'FP16');

test('an answer in text is what JSON.stringify writes around its numbers, and has the length that it says', () => {
  const outputs = fc
    .array(fc.tuple(nameText, fc.constantFrom(...otherThanHalf)), { maxLength: 3 })
    .chain((named) => fc.tuple(...named.map(([name, datatype]) => anyTensor(name, datatype, { jsonOnly: true }))));
  fc.assert(
    fc.property(nameText, nameText, fc.option(nameText), outputs, (modelName, modelVersion, id, tensors) => {
      const response = { modelName, modelVersion, id, outputs: tensors };
      const { body, bodyBytes } = encodeResponse(response, { outputs: [], binaryByDefault: false });
      if (bodyBytes !== undefined) expect(bodyBytes).toBe(Buffer.byteLength(body));
      const own = tensors.map(({ name, datatype, shape, data }) => {
        const alone = { name, datatype, shape, data };
        const head = JSON.stringify({ name, datatype, shape });
        return `${head.slice(0, -1)},"data":[${tensorToJson(alone, 'plain')}]}`;
      });
      const around = JSON.stringify({
        ...(id === null ? {} : { id }),
        model_name: modelName,
        model_version: modelVersion,
      });
      expect(body).toBe(`${around.slice(0, -1)},"outputs":[${own.join(',')}]}`);
    }),
    { numRuns: 1_000 },
  );
});
