import { enumeration, list, map, message, one, oneOf } from './message-shape.ts';
import { dataType } from './tensor-shapes.ts';

const queuePolicy = message('queue_policy', {
  timeout_action: one(enumeration('TimeoutAction', { REJECT: 0, DELAY: 1 })),
  default_timeout_microseconds: one('uint64'),
  allow_timeout_override: one('bool'),
  max_queue_size: one('uint32'),
});

export const dynamicBatching = message('dynamic_batching', {
  preferred_batch_size: list('int32'),
  max_queue_delay_microseconds: one('uint64'),
  preserve_ordering: one('bool'),
  priority_levels: one('uint64'),
  default_priority_level: one('uint64'),
  default_queue_policy: one(queuePolicy),
  priority_queue_policy: map(queuePolicy),
});

const control = message('control', {
  kind: one(
    enumeration('Kind', {
      CONTROL_SEQUENCE_START: 0,
      CONTROL_SEQUENCE_READY: 1,
      CONTROL_SEQUENCE_END: 2,
      CONTROL_SEQUENCE_CORRID: 3,
    }),
  ),
  int32_false_true: list('int32'),
  fp32_false_true: list('float'),
  bool_false_true: list('bool'),
  data_type: one(dataType),
});

const initialState = message('initial_state', {
  data_type: one(dataType),
  dims: list('int64'),
  zero_data: oneOf('state_data', 'bool'),
  data_file: oneOf('state_data', 'string'),
  name: one('string'),
});

const state = message('state', {
  input_name: one('string'),
  output_name: one('string'),
  data_type: one(dataType),
  dims: list('int64'),
  initial_state: list(initialState),
  use_same_buffer_for_input_output: one('bool'),
  use_growable_memory: one('bool'),
});

export const sequenceBatching = message('sequence_batching', {
  max_sequence_idle_microseconds: one('uint64'),
  control_input: list(message('control_input', { name: one('string'), control: list(control) })),
  direct: oneOf(
    'strategy_choice',
    message('direct', { max_queue_delay_microseconds: one('uint64'), minimum_slot_utilization: one('float') }),
  ),
  oldest: oneOf(
    'strategy_choice',
    message('oldest', {
      max_candidate_sequences: one('int32'),
      preferred_batch_size: list('int32'),
      max_queue_delay_microseconds: one('uint64'),
      preserve_ordering: one('bool'),
    }),
  ),
  state: list(state),
  iterative_sequence: one('bool'),
});

export const ensembleScheduling = message('ensemble_scheduling', {
  step: list(
    message('step', {
      model_name: one('string'),
      model_version: one('int64'),
      input_map: map('string'),
      output_map: map('string'),
      model_namespace: one('string'),
    }),
  ),
  max_inflight_responses: one('uint32'),
});

const warmUpInput = message('inputs', {
  data_type: one(dataType),
  dims: list('int64'),
  zero_data: oneOf('input_data_type', 'bool'),
  random_data: oneOf('input_data_type', 'bool'),
  input_data_file: oneOf('input_data_type', 'string'),
});

export const modelWarmUp = message('model_warmup', {
  name: one('string'),
  batch_size: one('uint32'),
  inputs: map(warmUpInput),
  count: one('uint32'),
});
