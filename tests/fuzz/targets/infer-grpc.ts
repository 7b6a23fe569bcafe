import assert from 'node:assert/strict';
import { deadlineOf } from '@cluster-ai/gateway/admission/deadline.ts';
import { decodeInferRequest } from '@cluster-ai/protocols/grpc/decode-infer-request.ts';
import { WireWriter } from '@cluster-ai/protocols/grpc/wire-writer.ts';
import type { FuzzTarget } from '../engine/target.ts';

/** Messages of ModelInfer and ModelStreamInfer. */
export const target: FuzzTarget = {
  about: 'ModelInferRequest of gRPC, from clients: what is read is the same when it is written raw and read again',
  form: 'protobuf',
  weight: 3,
  seeds: () => [
    message(['FP32', [2], Buffer.from(new Float32Array([1, 2]).buffer)], 'raw'),
    message(['FP32', [2], Buffer.from(new Float32Array([1, 2]).buffer)], 6),
    message(['INT8', [3], Uint8Array.of(1, 127, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1)], 2),
    message(['INT64', [1], Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 127)], 3),
    message(['BYTES', [1], Buffer.from('word')], 8),
    message(['BOOL', [], Uint8Array.of(1)], 1),
  ],
  run: (input) => {
    const request = decodeInferRequest(input);
    deadlineOf(request.parameters, 0, 30_000, null);
    const again = new WireWriter();
    for (const { name, datatype, shape } of request.inputs) {
      again.message(5, (to) => writeTensor(to, name, datatype, shape));
    }
    for (const { data } of request.inputs) again.bytes(7, data);
    assert.deepEqual(plain(decodeInferRequest(again.finish()).inputs), plain(request.inputs));
  },
};

type Sent = readonly [datatype: string, shape: readonly number[], data: Uint8Array];

/** @param place `raw`, or the number of the field of `contents`. */
function message([datatype, shape, data]: Sent, place: 'raw' | number): Uint8Array {
  const whole = new WireWriter()
    .text(1, 'model')
    .text(2, '3')
    .text(3, 'id')
    .message(4, (parameter) => parameter.text(1, 'timeout').message(2, (value) => value.uint(2, 1_000)))
    .message(5, (input) => {
      writeTensor(input, 'x', datatype, shape);
      if (place !== 'raw') input.message(5, (contents) => contents.bytes(place, data));
    })
    .message(6, (output) => output.text(1, 'y'));
  if (place === 'raw') whole.bytes(7, data);
  return whole.finish();
}

function writeTensor(writer: WireWriter, name: string, datatype: string, shape: readonly number[]): void {
  writer.text(1, name).text(2, datatype).packed(3, shape);
}

function plain(inputs: readonly { readonly data: Uint8Array }[]): unknown[] {
  return inputs.map((input) => ({ ...input, data: [...input.data] }));
}
