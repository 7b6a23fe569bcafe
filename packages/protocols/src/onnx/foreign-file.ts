/** How files begin that people take for an ONNX model. */
const beginnings: readonly { readonly start: string; readonly what: string }[] = [
  { start: 'PK\x03\x04', what: 'a ZIP archive (PyTorch saves .pt and .pth files so; export the model to ONNX first)' },
  { start: '\x80\x02', what: 'a Python pickle' },
  { start: '\x80\x04', what: 'a Python pickle' },
  { start: '\x80\x05', what: 'a Python pickle' },
  { start: '\x1f\x8b', what: 'a gzip archive; unpack it first' },
  { start: '\x89HDF', what: 'an HDF5 file (Keras saves .h5 files so; export the model to ONNX first)' },
  { start: 'version https://git-lfs', what: 'a Git LFS pointer; the model itself was not downloaded' },
  { start: '<!DOCTYPE', what: 'a web page' },
  { start: '<html', what: 'a web page' },
  { start: '{', what: 'a JSON text' },
];

/** Names what a file is when it begins like something that is commonly mistaken for a model; null otherwise. */
export function foreignFile(bytes: Uint8Array): string | null {
  const start = String.fromCharCode(...bytes.subarray(0, 32));
  const found = beginnings.find((beginning) => start.startsWith(beginning.start));
  // A TensorFlow Lite file has its mark in bytes 4 to 7, behind the low bytes of an offset, which is a multiple of 4.
  return found?.what ?? (start.startsWith('\0\0TFL3', 2) ? 'a TensorFlow Lite model' : null);
}
