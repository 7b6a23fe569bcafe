import { cpSync, existsSync, globSync } from 'node:fs';
import { join } from 'node:path';

export type Architecture = 'x64' | 'arm64';

/**
 * Copies what of ONNX Runtime is needed on Linux: its JavaScript and the CPU libraries of one architecture. The package
 * holds those of every system, 200 MB more.
 * @throws Error when this release of the package has no library for the architecture
 */
export function copyOnnxRuntime(root: string, bundle: string, architecture: Architecture): void {
  const libraries = `bin/napi-v6/linux/${architecture}`;
  if (!existsSync(join(root, 'node_modules/onnxruntime-node', libraries, 'onnxruntime_binding.node'))) {
    throw new Error(`onnxruntime-node has no library for Linux on ${architecture} in ${libraries}. Install it again.`);
  }
  copy(root, bundle, 'onnxruntime-node', ['package.json', 'dist/**/*.js', `${libraries}/*`]);
  copy(root, bundle, 'onnxruntime-common', ['package.json', 'dist/cjs/**/*.{js,json}']);
}

function copy(root: string, bundle: string, name: string, patterns: readonly string[]): void {
  const from = join(root, 'node_modules', name);
  for (const path of globSync(patterns, { cwd: from })) {
    cpSync(join(from, path), join(bundle, 'node_modules', name, path));
  }
}
