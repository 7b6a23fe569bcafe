import { describe, expect, test } from 'vitest';
import { readOnnxModel } from './read-model.ts';

const text = (value: string) => new TextEncoder().encode(value);

describe('files that are not models', () => {
  const cases: [string, Uint8Array, string][] = [
    ['an empty file', new Uint8Array(), 'not an ONNX file: it is empty'],
    ['text', text('hello world, this is no model'), 'not an ONNX file: '],
    ['a PyTorch file', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), 'a ZIP archive (PyTorch saves'],
    ['a Git LFS pointer', text('version https://git-lfs.github.com/spec/v1\n'), 'a Git LFS pointer'],
    ['a web page', text('<!DOCTYPE html><html></html>'), 'a web page'],
    ['zeros', new Uint8Array(1000), 'no valid field begins at byte 0'],
    ['only an IR version', Uint8Array.of(0x08, 8), 'it has no graph'],
    ['an endless number', new Uint8Array(64).fill(0xff), 'has more than 10 bytes'],
    ['a field past the end', Uint8Array.of(0x08, 8, 0x3a, 0x7f, 1), 'claims 127 bytes where 1 are left'],
  ];
  test.each(cases)('%s is refused with the reason', (_, bytes, reason) => {
    expect(() => readOnnxModel(bytes)).toThrowError(expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining(reason) }));
  });
});
