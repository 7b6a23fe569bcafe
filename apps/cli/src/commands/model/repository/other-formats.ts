/** Formats of models that are not served, and what makes an ONNX file of each. */
const formats: readonly { readonly files: RegExp; readonly name: string; readonly fix: string }[] = [
  {
    files: /(?:\.savedmodel|\.pb|\.graphdef)(?:\/|$)/,
    name: 'TensorFlow',
    fix: 'convert it: python -m tf2onnx.convert --saved-model <its folder> --output model.onnx',
  },
  {
    files: /\.(?:pt|pth)$/,
    name: 'PyTorch',
    fix: "export it where it was trained: torch.onnx.export(model, example, 'model.onnx')",
  },
  {
    files: /\.(?:joblib|pkl|pickle)$/,
    name: 'a Python program, scikit-learn, say',
    fix: 'convert it where it was trained: skl2onnx.to_onnx(model, example)',
  },
  {
    files: /\.(?:bst|ubj|cbm)$/,
    name: 'boosted trees',
    fix: 'convert it where it was trained, with onnxmltools',
  },
  {
    files: /\.plan$/,
    name: 'TensorRT',
    fix: 'export the model that it was made from to ONNX; a plan cannot be converted back',
  },
  {
    files: /(?:^|\/)model\.py$/,
    name: 'Triton’s Python backend',
    fix: 'export the model that it calls to ONNX; its own code belongs into the client',
  },
];

/** What files that are no ONNX model are, and the way out; null where nothing is known of them. */
export function otherFormat(paths: readonly string[]): { readonly message: string; readonly fix: string } | null {
  for (const { files, name, fix } of formats) {
    const found = paths.find((path) => files.test(path));
    if (found !== undefined) return { message: `is no ONNX model: ${found} is of ${name}`, fix };
  }
  return null;
}
