import { wideModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { pushFiles } from './soak-model.ts';
import type { World } from './world.ts';

/** A model of 20 MiB that has traffic only now and then. */
export const heavyModel = 'soak-heavy';

const body = JSON.stringify({
  inputs: [{ name: 'x', shape: [1, 1_024], datatype: 'FP32', data: Array.from({ length: 1_024 }, (_none, at) => at) }],
});

export async function pushHeavyModel(world: World): Promise<void> {
  await pushFiles(world, heavyModel, [{ path: 'model.onnx', bytes: wideModel(5).bytes }], 'none');
}

/** @returns whether the model answers now. @throws Error for an answer other than its first, or an error other than its absence. */
export async function heavyRequest(world: World): Promise<boolean> {
  const answer = await fetch(`${world.platform.gatewayUrl}/v2/models/${heavyModel}/infer`, { method: 'POST', body });
  const text = await answer.text();
  if (answer.status === 200) {
    world.heavyAnswer ??= text;
    if (text === world.heavyAnswer) return true;
    throw new Error(`the heavy model answered ${text.slice(0, 200)}, and ${world.heavyAnswer.slice(0, 200)} at first`);
  }
  // 404: no route of this name. 503: it is being loaded, or unloaded.
  if (answer.status === 404 || answer.status === 503) return false;
  throw new Error(`the heavy model was answered with ${answer.status} ${text}`);
}
