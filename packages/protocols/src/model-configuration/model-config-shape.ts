import { enumeration, list, map, message, one, oneOf } from './message-shape.ts';
import { modelMetrics, optimization } from './optimization-shapes.ts';
import { dynamicBatching, ensembleScheduling, modelWarmUp, sequenceBatching } from './scheduling-shapes.ts';
import { batchInput, batchOutput, modelInput, modelOutput } from './tensor-shapes.ts';

const rateLimiter = message('rate_limiter', {
  resources: list(message('resources', { name: one('string'), global: one('bool'), count: one('uint32') })),
  priority: one('uint32'),
});

const instanceGroup = message('instance_group', {
  name: one('string'),
  kind: one(enumeration('Kind', { KIND_AUTO: 0, KIND_GPU: 1, KIND_CPU: 2, KIND_MODEL: 3 })),
  count: one('int32'),
  rate_limiter: one(rateLimiter),
  gpus: list('int32'),
  secondary_devices: list(
    message('secondary_devices', {
      kind: one(enumeration('SecondaryDeviceKind', { KIND_NVDLA: 0 })),
      device_id: one('int64'),
    }),
  ),
  profile: list('string'),
  passive: one('bool'),
  host_policy: one('string'),
});

const versionPolicy = message('version_policy', {
  latest: oneOf('policy_choice', message('latest', { num_versions: one('uint32') })),
  all: oneOf('policy_choice', message('all', {})),
  specific: oneOf('policy_choice', message('specific', { versions: list('int64') })),
});

const repositoryAgents = message('model_repository_agents', {
  agents: list(message('agents', { name: one('string'), parameters: map('string') })),
});

/** Triton's `inference.ModelConfig`, whole: a name that is not here is a slip of the writer. */
export const modelConfigShape = message('the model configuration', {
  name: one('string'),
  platform: one('string'),
  backend: one('string'),
  runtime: one('string'),
  version_policy: one(versionPolicy),
  max_batch_size: one('int32'),
  input: list(modelInput),
  output: list(modelOutput),
  batch_input: list(batchInput),
  batch_output: list(batchOutput),
  optimization: one(optimization),
  dynamic_batching: oneOf('scheduling_choice', dynamicBatching),
  sequence_batching: oneOf('scheduling_choice', sequenceBatching),
  ensemble_scheduling: oneOf('scheduling_choice', ensembleScheduling),
  instance_group: list(instanceGroup),
  default_model_filename: one('string'),
  cc_model_filenames: map('string'),
  metric_tags: map('string'),
  parameters: map(message('parameters', { string_value: one('string') })),
  model_warmup: list(modelWarmUp),
  model_operations: one(message('model_operations', { op_library_filename: list('string') })),
  model_transaction_policy: one(message('model_transaction_policy', { decoupled: one('bool') })),
  model_repository_agents: one(repositoryAgents),
  response_cache: one(message('response_cache', { enable: one('bool') })),
  model_metrics: one(modelMetrics),
});
