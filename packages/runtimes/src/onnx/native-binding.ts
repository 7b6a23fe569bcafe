import { createRequire } from 'node:module';
import type { InferenceSession } from 'onnxruntime-node';

/** The session of the native library, as `onnxruntime-node` itself uses it: every call returns when it is done. */
export interface NativeSession {
  loadModel(modelFile: string, options: InferenceSession.SessionOptions): void;
  run(
    feeds: InferenceSession.FeedsType,
    fetches: Readonly<Record<string, null>>,
    options: InferenceSession.RunOptions,
  ): InferenceSession.ReturnType;
  dispose(): void;
}

interface NativeBinding {
  readonly initOrt: () => void;
  readonly binding: { readonly InferenceSession: new () => NativeSession };
}

const methods = ['loadModel', 'run', 'dispose'] as const;

/**
 * The library under the public class, or null when this release of it does not have the parts that are used here.
 *
 * The public `run` waits for the next turn of the event loop and then makes the same call, which blocks the thread: it
 * costs half as much again as the run of a small model, and brings nothing to a thread that has nothing else to do.
 */
export function nativeBinding(): NativeBinding | null {
  let found: unknown;
  try {
    found = createRequire(import.meta.url)('onnxruntime-node/dist/binding.js');
  } catch {
    return null;
  }
  return isNativeBinding(found) ? found : null;
}

function isNativeBinding(found: unknown): found is NativeBinding {
  if (typeof found !== 'object' || found === null) return false;
  if (!('initOrt' in found) || typeof found.initOrt !== 'function') return false;
  if (!('binding' in found) || typeof found.binding !== 'object' || found.binding === null) return false;
  const { binding } = found;
  if (!('InferenceSession' in binding) || typeof binding.InferenceSession !== 'function') return false;
  const prototype: unknown = binding.InferenceSession.prototype;
  return methods.every((method) => typeof Reflect.get(Object(prototype), method) === 'function');
}
