import { realpath } from 'node:fs/promises';
import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import type { LoadOrder } from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import { findOnnxFile } from '@cluster-ai/runtimes/onnx/model-file.ts';
import { mergedRowsMax, rowsAreAsked } from '../configuration/run-settings.ts';
import type { ModelHostOptions } from './model-host.ts';

/** What a model is tried out with. What its copies are loaded with has what the trial found besides. */
export async function orderOf(
  model: SnapshotModel,
  folder: string,
  { runner, rowsMax }: Pick<ModelHostOptions, 'runner' | 'rowsMax'>,
): Promise<LoadOrder> {
  return {
    // Without links: runners see the folder under this path alone.
    folder: await realpath(folder),
    modelFile: findOnnxFile(model.files.map((file) => file.path)),
    signature: model.signature,
    warmUpSize: null,
    warmUpRows: [],
    // The rest of the time is for loading.
    warmUpMsMax: Math.min(runner.warmUpMsMax, runner.loadTimeoutMs / 2),
    rowsMax: mergedRowsMax(model.settings, rowsMax),
    rowsAreAsked: rowsAreAsked(model.settings),
  };
}
