import { expect, test } from 'vitest';
import { canonicalManifest, modelFileOf } from './manifest.ts';

const file = (path: string) => ({ path, sha256: 'a'.repeat(64), size: 1 });

test('the canonical text depends on the files alone, not on their order or on the order of their keys', () => {
  const mixed = [{ size: 1, sha256: 'a'.repeat(64), path: 'b' }, file('B'), file('a')];
  expect(canonicalManifest(mixed)).toBe(
    `[{"path":"B","sha256":"${'a'.repeat(64)}","size":1},{"path":"a","sha256":"${'a'.repeat(64)}","size":1},{"path":"b","sha256":"${'a'.repeat(64)}","size":1}]`,
  );
});

test.each([
  [['model.onnx', 'labels.txt'], 'model.onnx'],
  [['iris.onnx', 'labels.txt'], 'iris.onnx'],
  [['model.onnx', 'other.onnx'], 'model.onnx'],
  [['one.onnx', 'two.onnx'], null],
  [['labels.txt'], null],
])('of %j the model file is %s', (paths, expected) => {
  expect(modelFileOf(paths.map(file))?.path ?? null).toBe(expected);
});
