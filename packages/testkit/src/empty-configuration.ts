import type { ModelSettings } from '@cluster-ai/contract/manifest.ts';

/** A model's configuration that asks for nothing. */
export const emptyConfiguration: NonNullable<ModelSettings['configuration']> = {
  maxBatchSize: null,
  inputs: [],
  outputs: [],
  modelFile: null,
  versionPolicy: null,
  instanceCount: null,
  dynamicBatching: null,
  sequenceBatching: null,
  warmUps: [],
  parameters: {},
  ignored: [],
};
