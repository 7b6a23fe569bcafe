import { expect, test } from 'vitest';
import { filesMax, filesProblem, namedFiles, suggestedName, type SourceFile } from './chosen-files.ts';

function file(name: string, relativePath = '', text = 'x'): SourceFile {
  return { file: new File([text], name), relativePath };
}

const paths = (files: SourceFile[]) => namedFiles(files).map(({ path }) => path);

test('files get the names that the command line gives them', () => {
  expect(paths([file('iris-2026.onnx')])).toEqual(['model.onnx']);
  expect(paths([file('model.onnx'), file('weights.bin')])).toEqual(['model.onnx', 'weights.bin']);
  expect(
    paths([
      file('b.bin', 'my model/weights/b.bin'),
      file('model.onnx', 'my model/model.onnx'),
      file('.DS_Store', 'my model/.DS_Store'),
      file('a', 'my model/.git/a'),
    ]),
  ).toEqual(['model.onnx', 'weights/b.bin']);
  expect(paths([file('only.onnx', 'folder/only.onnx')])).toEqual(['only.onnx']);
});

test.each([
  [[], { kind: 'none' }],
  [[file('a.bin'), file('b.bin')], { kind: 'noModel' }],
  [[file('a.onnx'), file('b.onnx')], { kind: 'severalModels' }],
  [[file('a.onnx'), file('a.onnx')], { kind: 'twice', path: 'a.onnx' }],
  [[file('model.onnx'), file('x'.repeat(256))], { kind: 'pathTooLong', path: 'x'.repeat(256) }],
  [[file('model.onnx', '', '')], { kind: 'empty', path: 'model.onnx' }],
  [Array.from({ length: filesMax + 1 }, (_unused, index) => file(`${index}`)), { kind: 'tooMany' }],
  [[file('model.onnx'), file('other.onnx')], null],
])('%#: what stands in the way is named', (files, problem) => {
  expect(filesProblem(namedFiles(files))).toEqual(problem);
});

test('the model may be called as its file or folder is', () => {
  expect(suggestedName([file('iris-2026.onnx')])).toBe('iris-2026');
  expect(suggestedName([file('model.onnx', 'my-model/model.onnx'), file('a', 'my-model/a')])).toBe('my-model');
  expect(suggestedName([file('model.onnx')])).toBe('');
  expect(suggestedName([file('mein Modell.onnx')])).toBe('');
  expect(suggestedName([file('a.onnx'), file('b.bin')])).toBe('');
});
