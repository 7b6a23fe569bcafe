import { describe, expect, it } from 'vitest';
import { findOnnxFile } from './model-file.ts';

describe('findOnnxFile', () => {
  it.each([
    [['iris.onnx'], 'iris.onnx'],
    [['weights.bin', 'nets/iris.onnx', 'README.md'], 'nets/iris.onnx'],
    [['encoder.onnx', 'model.onnx'], 'model.onnx'],
  ])('%j -> %s', (paths, expected) => {
    expect(findOnnxFile(paths)).toBe(expected);
  });

  it('says what is missing', () => {
    expect(() => findOnnxFile(['model.pt'])).toThrow('no file of the version ends in .onnx (it has model.pt)');
    expect(() => findOnnxFile(['a.onnx', 'b.onnx'])).toThrow(
      'several files end in .onnx (a.onnx, b.onnx) and none is named model.onnx',
    );
  });
});
