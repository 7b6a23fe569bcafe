import assert from 'node:assert/strict';
import { moveWeights, type ByteSource, type MovedWeights } from '@cluster-ai/protocols/onnx/move-weights.ts';
import { readOnnxModel, type OnnxModelHeader } from '@cluster-ai/protocols/onnx/read-model.ts';
import { smallClassifierModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import type { FuzzTarget } from '../engine/target.ts';

/** The file of a model whose large weights go into another file. */
export const target: FuzzTarget = {
  about: 'ONNX files whose weights are moved, by the gateway: what could be read before says the same after',
  form: 'protobuf',
  seeds: () => [smallClassifierModel().bytes],
  words: ['location', 'offset', 'length', 'w.bin'],
  run: (input) => {
    const moved = moveWeights(sourceOf(input), { fromBytes: 16, location: 'w.bin' });
    if (moved === null) return;
    let endsAt = 0;
    for (const { start, end, offset } of moved.weights) {
      assert.ok(offset >= endsAt && offset % 4_096 === 0 && end - start >= 16 && end <= input.byteLength);
      endsAt = offset + end - start;
    }
    const before = readOnnxModel(input);
    const after = readAgain(input, moved);
    assert.equal(after.externalData.length, before.externalData.length + moved.weights.length);
    assert.deepEqual({ ...after, externalData: [] }, { ...before, externalData: [] });
  },
};

function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.byteLength,
    read: (start, end) => {
      assert.ok(start >= 0 && start <= end && end <= bytes.byteLength);
      return bytes.subarray(start, end);
    },
  };
}

/** What could be read must be readable: here an error of the table is none of the input's. */
function readAgain(bytes: Uint8Array, { model }: MovedWeights): OnnxModelHeader {
  const pieces = model.map((piece) => ('start' in piece ? bytes.subarray(piece.start, piece.end) : piece));
  try {
    return readOnnxModel(Buffer.concat(pieces));
  } catch (cause) {
    throw new Error('a model cannot be read any more', { cause });
  }
}
