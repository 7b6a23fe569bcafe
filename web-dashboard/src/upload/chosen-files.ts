import { modelFileOf } from '@cluster-ai/contract/manifest.ts';
import { isModelName } from '@cluster-ai/core/names/model-name.ts';

/** Files of one version at most, as the API takes them. */
export const filesMax = 1_000;

/** The longest path in a version, characters. */
const pathLengthMax = 255;

/** A file of this machine as it was chosen; `relativePath` begins with its folder, and is empty for a single file. */
export interface SourceFile {
  readonly file: File;
  readonly relativePath: string;
}

/** A file of this machine, and what it is called in the version. */
export interface ChosenFile {
  readonly path: string;
  readonly file: File;
}

export type FilesProblem =
  | { readonly kind: 'none' | 'noModel' | 'severalModels' | 'tooMany' }
  | { readonly kind: 'twice' | 'pathTooLong' | 'empty'; readonly path: string };

/**
 * What chosen files are called in a version, as `cluster-ai model push` calls them: a single one is `model.onnx`, a folder
 * is taken with the paths inside it and without what is hidden.
 */
export function namedFiles(files: readonly SourceFile[]): ChosenFile[] {
  const [only] = files;
  if (files.length === 1 && only !== undefined && only.relativePath === '') {
    return [{ path: 'model.onnx', file: only.file }];
  }
  return files
    .map((source) => ({ file: source.file, path: pathInFolder(source) }))
    .filter(({ path }) => !path.split('/').some((part) => part.startsWith('.')))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** `my-model/weights/a.bin` is `weights/a.bin` of the version. */
function pathInFolder({ file, relativePath }: SourceFile): string {
  return relativePath === '' ? file.name : relativePath.slice(relativePath.indexOf('/') + 1);
}

/** A name for the model, from what its file or folder is called; empty where that says nothing. */
export function suggestedName(files: readonly SourceFile[]): string {
  const [first] = files;
  if (first === undefined) return '';
  const called =
    first.relativePath === '' ? first.file.name.replace(/\.onnx$/, '') : (first.relativePath.split('/')[0] ?? '');
  return files.length > 1 && first.relativePath === '' ? '' : called === 'model' || !isModelName(called) ? '' : called;
}

/** The first thing for which these files cannot be a version; null when they can. */
export function filesProblem(files: readonly ChosenFile[]): FilesProblem | null {
  if (files.length === 0) return { kind: 'none' };
  if (files.length > filesMax) return { kind: 'tooMany' };
  const paths = files.map(({ path }) => path);
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) return { kind: 'twice', path: twice };
  const long = paths.find((path) => path.length > pathLengthMax);
  if (long !== undefined) return { kind: 'pathTooLong', path: long };
  const empty = files.find(({ path, file }) => path.endsWith('.onnx') && file.size === 0);
  if (empty !== undefined) return { kind: 'empty', path: empty.path };
  if (modelFileOf(paths.map((path) => ({ path, sha256: '', size: 0 }))) !== null) return null;
  return { kind: paths.some((path) => path.endsWith('.onnx')) ? 'severalModels' : 'noModel' };
}

export function totalBytes(files: readonly { readonly size: number }[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
