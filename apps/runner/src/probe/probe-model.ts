import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import type { LoadOrder, ProbeReport } from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import type { Runtime } from '@cluster-ai/runtimes/runtime.ts';
import { tryMerging } from './try-merging.ts';
import { findWarmUpSize } from './warm-up.ts';

/**
 * Loads a model, tries it out, and releases it.
 * @throws ClusterError MODEL_INVALID when it does not load or is not what its manifest says.
 */
export async function probeModel(runtime: Runtime, order: LoadOrder): Promise<ProbeReport> {
  const startedMs = performance.now();
  const model = await runtime.load(order.folder, { modelFile: order.modelFile, signature: null });
  const loadedMs = performance.now();
  try {
    if (describe(model.signature) !== describe(order.signature)) {
      throw new ClusterError(
        'MODEL_INVALID',
        `its file says ${describe(model.signature)}, its manifest says ${describe(order.signature)}`,
      );
    }
    const warm = await findWarmUpSize(model);
    const warmUpMs = performance.now() - loadedMs;
    const times = { loadMs: loadedMs - startedMs, warmUpMs, warmUpSize: warm.size };
    if (warm.size === null) {
      return {
        ...times,
        rowsMax: 0,
        reason: `not warmed, and requests are not merged: made-up inputs were refused (${warm.refusal?.message ?? 'no reason given'})`,
      };
    }
    return { ...times, ...(await tryMerging(model, warm.size, order)) };
  } finally {
    await model.release();
  }
}

function describe({ inputs, outputs }: ModelSignature): string {
  const list = (tensors: ModelSignature['inputs']): string =>
    tensors.map(({ name, datatype, shape }) => `${name} ${datatype}[${shape.join(',')}]`).join(', ');
  return `(${list(inputs)}) -> (${list(outputs)})`;
}
