import { expect, test } from 'vitest';
import {
  forgetUpload,
  mismatchOf,
  rememberedUpload,
  rememberUpload,
  type RememberedUpload,
} from './remembered-upload.ts';

function storage(initial?: string) {
  let kept: string | null = initial ?? null;
  return {
    getItem: () => kept,
    setItem: (_key: string, value: string) => void (kept = value),
    removeItem: () => void (kept = null),
  };
}

const upload: RememberedUpload = {
  id: '3f0e2a52-8f0e-4b4e-9c33-0f4b6a1f2d10',
  model: 'iris',
  deploy: 'latest',
  startedAtMs: 1,
  files: [
    { path: 'model.onnx', sha256: 'a'.repeat(64), size: 3 },
    { path: 'weights.bin', sha256: 'b'.repeat(64), size: 4 },
  ],
};

test('an upload outlives the page, until it is forgotten', () => {
  const kept = storage();
  rememberUpload(upload, kept);
  expect(rememberedUpload(kept)).toEqual(upload);
  forgetUpload(kept);
  expect(rememberedUpload(kept)).toBeNull();
});

test.each(['', '{', '{"id":"x"}', 'null'])('what cannot be read is as good as none: %j', (text) => {
  expect(rememberedUpload(storage(text))).toBeNull();
});

test('other files than before are named before anything is read', () => {
  const chosen = (path: string, text: string) => ({ path, file: new File([text], path) });
  const both = [chosen('model.onnx', 'abc'), chosen('weights.bin', 'abcd')];
  expect(mismatchOf(upload, both)).toBeNull();
  expect(mismatchOf(upload, [chosen('model.onnx', 'abcd'), chosen('weights.bin', 'abcd')])).toEqual({
    missing: ['model.onnx'],
    other: ['model.onnx'],
  });
  expect(mismatchOf(upload, both.slice(0, 1))).toEqual({ missing: ['weights.bin'], other: [] });
});
