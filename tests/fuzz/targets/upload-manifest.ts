import assert from 'node:assert/strict';
import { posix, win32 } from 'node:path';
import { canonicalManifest } from '@cluster-ai/contract/manifest.ts';
import { createUpload } from '@cluster-ai/contract/api/uploads.ts';
import { assertManifest } from '@cluster-ai/control-plane/features/models/inspect-model.ts';
import type { FuzzTarget } from '../engine/target.ts';
import { jsonOf } from '../inputs/json.ts';
import { readWith } from '../inputs/schema.ts';

const file = (path: string) => ({ path, sha256: 'ab'.repeat(32), size: 12 });

/** The files that an upload announces. Their paths become files of a folder on each gateway. */
export const target: FuzzTarget = {
  about: 'manifests of uploads, from clients: no path that is taken leaves its folder, here or on Windows',
  form: 'json',
  seeds: () => [
    JSON.stringify({ model: 'iris', files: [file('model.onnx'), file('a/b.bin'), file('../x')] }),
    JSON.stringify({ model: 'iris', files: [file('é/ü.onnx'), file('a\\b'), file('c:d'), file('x/./y'), file('CON')] }),
  ],
  words: ['..', '/', './', '\\', '.onnx', 'model.onnx', '\u202e', '\u2024'],
  run: (input) => {
    const announced = readWith('announcement', createUpload.body, jsonOf(input));
    if (announced === undefined) return;
    const { files } = announced;
    assertManifest(files, 1_000_000);
    canonicalManifest(files);
    for (const { path } of files) {
      assert.ok(posix.join('/folder', path).startsWith('/folder/'), path);
      assert.equal(posix.normalize(path), path);
      assert.ok(win32.join('C:\\folder', path).startsWith('C:\\folder\\'), path);
    }
  },
};
