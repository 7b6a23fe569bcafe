import { enumeration, list, map, message, one, oneOf } from './message-shape.ts';

const graphShape = message('input', { dim: list('int64') });

const graphSpec = message('graph_spec', {
  batch_size: one('int32'),
  input: map(graphShape),
  graph_lower_bound: one(message('graph_lower_bound', { batch_size: one('int32'), input: map(graphShape) })),
});

const accelerator = message('execution_accelerator', { name: one('string'), parameters: map('string') });

const pinnedMemory = message('pinned_memory', { enable: one('bool') });

export const optimization = message('optimization', {
  graph: one(message('graph', { level: one('int32') })),
  priority: one(enumeration('ModelPriority', { PRIORITY_DEFAULT: 0, PRIORITY_MAX: 1, PRIORITY_MIN: 2 })),
  cuda: one(
    message('cuda', {
      graphs: one('bool'),
      busy_wait_events: one('bool'),
      graph_spec: list(graphSpec),
      output_copy_stream: one('bool'),
    }),
  ),
  execution_accelerators: one(
    message('execution_accelerators', {
      gpu_execution_accelerator: list(accelerator),
      cpu_execution_accelerator: list(accelerator),
    }),
  ),
  input_pinned_memory: one(pinnedMemory),
  output_pinned_memory: one(pinnedMemory),
  gather_kernel_buffer_threshold: one('uint32'),
  eager_batching: one('bool'),
});

export const modelMetrics = message('model_metrics', {
  metric_control: list(
    message('metric_control', {
      metric_identifier: one(message('metric_identifier', { family: one('string') })),
      histogram_options: oneOf('metric_options', message('histogram_options', { buckets: list('double') })),
    }),
  ),
});
