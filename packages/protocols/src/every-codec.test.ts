import { readFileSync } from 'node:fs';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { bytesElements } from '@cluster-ai/core/tensors/bytes-elements.ts';
import { datatypes, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { assertTensorBytes, type Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { anyTensor } from '@cluster-ai/testkit/tensors/any-tensor.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeInferRequest } from './grpc/decode-infer-request.ts';
import { encodeInferResponse } from './grpc/encode-infer-response.ts';
import { ProtoMessages, type ProtoObject, type ProtoValue } from './grpc/proto-messages.ts';
import { decodeRequest } from './open-inference/decode-request.ts';
import { encodeResponse } from './open-inference/encode-response.ts';

const protos = ['model_config', 'grpc_service'].map((name) =>
  readFileSync(new URL(`./grpc/protos/${name}.proto`, import.meta.url), 'utf8'),
);
const messages = new ProtoMessages(protos);
const text = new TextEncoder();

/** What a server answers with these tensors, read by a client and sent back as a request that a server reads. */
type Circle = (tensors: readonly Tensor[]) => readonly Tensor[];

const answerWith = (outputs: readonly Tensor[]) => ({ modelName: 'm', modelVersion: '1', id: '7', outputs });
/** The names of answers, as requests have them. */
const asRequest = (json: string) =>
  json.replace('"outputs":', '"inputs":').replace(/"model_name":"m","model_version":"1",/, '');

const throughJson: Circle = (tensors) => {
  const { body, headerLength } = encodeResponse(answerWith(tensors), { outputs: [], binaryByDefault: false });
  expect(headerLength).toBeNull();
  return decodeRequest(text.encode(asRequest(String(body))), null, 'm', null).request.inputs;
};

const throughBinary: Circle = (tensors) => {
  const { body, headerLength } = encodeResponse(answerWith(tensors), { outputs: [], binaryByDefault: true });
  // Without a blob there is no binary part: the whole is JSON.
  const whole = typeof body === 'string' ? text.encode(body) : body;
  const length = headerLength ?? whole.byteLength;
  const json = text.encode(asRequest(new TextDecoder().decode(whole.subarray(0, length))));
  const request = new Uint8Array([...json, ...whole.subarray(length)]);
  return decodeRequest(request, String(json.byteLength), 'm', null).request.inputs;
};

const throughRawGrpc: Circle = (tensors) => {
  // Written by hand there and read by a library here, and the other way round.
  const { outputs = [], raw_output_contents: raw = [] } = messages.decode(
    'ModelInferResponse',
    encodeInferResponse(answerWith(tensors)),
  );
  const request = { model_name: 'm', inputs: outputs, raw_input_contents: raw };
  return decodeInferRequest(messages.encode('ModelInferRequest', request)).inputs;
};

const throughTypedGrpc: Circle = (tensors) => {
  const inputs = tensors.map(({ name, datatype, shape, data }) => ({
    name,
    datatype,
    shape: [...shape],
    contents: typedContents(datatype, data, name),
  }));
  return decodeInferRequest(messages.encode('ModelInferRequest', { model_name: 'm', inputs })).inputs;
};

function typedContents(datatype: Datatype, data: Uint8Array, name: string): ProtoObject {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const every = (size: number, read: (offset: number) => ProtoValue): ProtoValue[] =>
    Array.from({ length: data.byteLength / size }, (_value, index) => read(index * size));
  switch (datatype) {
    case 'BOOL':
      return { bool_contents: every(1, (at) => view.getUint8(at) === 1) };
    case 'INT8':
      return { int_contents: every(1, (at) => view.getInt8(at)) };
    case 'INT16':
      return { int_contents: every(2, (at) => view.getInt16(at, true)) };
    case 'INT32':
      return { int_contents: every(4, (at) => view.getInt32(at, true)) };
    case 'INT64':
      return { int64_contents: every(8, (at) => view.getBigInt64(at, true).toString()) };
    case 'UINT8':
      return { uint_contents: every(1, (at) => view.getUint8(at)) };
    case 'UINT16':
      return { uint_contents: every(2, (at) => view.getUint16(at, true)) };
    case 'UINT32':
      return { uint_contents: every(4, (at) => view.getUint32(at, true)) };
    case 'UINT64':
      return { uint64_contents: every(8, (at) => view.getBigUint64(at, true).toString()) };
    case 'FP32':
      return { fp32_contents: every(4, (at) => view.getFloat32(at, true)) };
    case 'FP64':
      return { fp64_contents: every(8, (at) => view.getFloat64(at, true)) };
    case 'BYTES':
      return { bytes_contents: [...bytesElements(data, name)] };
    default:
      throw new Error(`${datatype} has no typed field`);
  }
}

/** One to three tensors of a datatype: scalars, rows, and shapes with a zero. */
const tensorsOf = (datatype: Datatype, jsonOnly: boolean) =>
  fc
    .tuple(...['a', 'b', 'c'].map((name) => anyTensor(name, datatype, { jsonOnly })))
    .chain((tensors) => fc.subarray(tensors, { minLength: 1 }));

const plain = (tensors: readonly Tensor[]) =>
  tensors.map(({ name, datatype, shape, data }) => ({ name, datatype, shape: [...shape], data: [...data] }));

function expectSame(circle: Circle, tensors: readonly Tensor[]): void {
  const found = circle(tensors);
  for (const tensor of found) assertTensorBytes(tensor);
  expect(plain(found)).toEqual(plain(tensors));
}

describe('tensors are the same', () => {
  const all = [...datatypes];
  const inJson = all.filter((datatype) => datatype !== 'FP16');

  test.each(inJson)('%s through JSON', (datatype) => {
    fc.assert(fc.property(tensorsOf(datatype, true), (tensors) => expectSame(throughJson, tensors)));
  });
  test.each(all)('%s through binary tensors', (datatype) => {
    fc.assert(fc.property(tensorsOf(datatype, false), (tensors) => expectSame(throughBinary, tensors)));
  });
  test.each(all)('%s through raw contents of gRPC', (datatype) => {
    fc.assert(fc.property(tensorsOf(datatype, false), (tensors) => expectSame(throughRawGrpc, tensors)));
  });
  // A library that reads a NaN as a number of JavaScript keeps not all of its bits: the values are those of JSON.
  test.each(inJson)('%s through typed contents of gRPC', (datatype) => {
    fc.assert(fc.property(tensorsOf(datatype, true), (tensors) => expectSame(throughTypedGrpc, tensors)));
  });

  test.each(all)('%s without an element, whatever its other dimensions', (datatype) => {
    const circles = [throughBinary, throughRawGrpc, ...(datatype === 'FP16' ? [] : [throughJson, throughTypedGrpc])];
    for (const shape of [[0], [0, 3], [2, 0], [0, 0, 0], [5, 0, 7]]) {
      for (const circle of circles) expectSame(circle, [{ name: 'x', datatype, shape, data: new Uint8Array() }]);
    }
  });
});

describe('whatever bytes come', () => {
  const decoders: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
    JSON: (bytes) => decodeRequest(bytes, null, 'm', null),
    'binary tensors': (bytes) => decodeRequest(bytes, String(bytes[0] ?? 0), 'm', null),
    gRPC: (bytes) => decodeInferRequest(bytes),
  };

  function assertOnlyTableErrors(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void {
    try {
      decode(bytes);
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      expect(error.code).not.toBe('INTERNAL');
    }
  }

  test.each(Object.entries(decoders))('%s: nothing is thrown but errors of the table', (_name, decode) => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => assertOnlyTableErrors(decode, bytes)));
  });

  const requests: Readonly<Record<string, (tensors: readonly Tensor[]) => Uint8Array>> = {
    JSON: (tensors) =>
      text.encode(asRequest(String(encodeResponse(answerWith(tensors), { outputs: [], binaryByDefault: false }).body))),
    gRPC: (tensors) =>
      messages.encode('ModelInferRequest', {
        model_name: 'm',
        inputs: tensors.map(({ name, datatype, shape }) => ({ name, datatype, shape: [...shape] })),
        raw_input_contents: tensors.map(({ data }) => data),
      }),
  };
  const damages = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 });

  test.each(Object.entries(requests))('%s: a good request with a few other bytes, or cut', (name, write) => {
    const decode = decoders[name] ?? fail;
    fc.assert(
      fc.property(
        fc.constantFrom(...datatypes.filter((datatype) => datatype !== 'FP16')),
        fc.gen(),
        (datatype, gen) => {
          const bytes = Uint8Array.from(write(gen(() => tensorsOf(datatype, true))));
          for (const [place, value] of gen(() => damages)) bytes[place % bytes.byteLength] = value;
          assertOnlyTableErrors(decode, bytes);
          assertOnlyTableErrors(decode, bytes.subarray(0, gen(fc.nat, { max: bytes.byteLength })));
        },
      ),
    );
  });
});

function fail(): never {
  throw new Error('there is no such decoder');
}
