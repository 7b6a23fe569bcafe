import type {
  DynamicBatching,
  ModelConfiguration,
  QueuePolicy,
  SequenceBatching,
  SequenceControl,
  VersionPolicy,
  WarmUpInput,
} from '@cluster-ai/core/model-configuration/model-configuration.ts';
import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';

/** What a version's own configuration says, in the words of Triton's. */
export interface ConfiguredFields {
  readonly version_policy: Readonly<Record<string, unknown>>;
  /** Present where requests are merged. */
  readonly dynamic_batching?: Readonly<Record<string, unknown>>;
  readonly sequence_batching?: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, { readonly string_value: string }>>;
  readonly model_warmup: readonly Readonly<Record<string, unknown>>[];
}

/** Words of Triton's configuration for datatypes: FP32 is TYPE_FP32, but BYTES is TYPE_STRING. */
export function configDatatype(datatype: Datatype): string {
  return datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`;
}

/** @param versions all that serve behind the name. @param rowsMax rows of a batch that is formed here. */
export function configuredFields(
  configuration: ModelConfiguration | undefined,
  versions: readonly number[],
  rowsMax: number,
): ConfiguredFields {
  const sequences = configuration?.sequenceBatching ?? null;
  const batching = configuration?.dynamicBatching ?? null;
  const merges = sequences === null && (batching !== null || rowsMax > 1);
  return {
    version_policy: policyOf(configuration?.versionPolicy ?? null, versions),
    ...(merges
      ? {
          dynamic_batching: batching === null ? {} : dynamicBatchingOf(batching),
        }
      : {}),
    ...(sequences === null ? {} : { sequence_batching: sequencesOf(sequences) }),
    parameters: Object.fromEntries(
      Object.entries(configuration?.parameters ?? {}).map(([key, value]) => [key, { string_value: value }]),
    ),
    model_warmup: (configuration?.warmUps ?? []).map(({ name, batchSize, count, inputs }) => ({
      name,
      batch_size: batchSize,
      count,
      inputs: Object.fromEntries(inputs.map((input) => [input.name, warmUpInput(input)])),
    })),
  };
}

function policyOf(policy: VersionPolicy | null, versions: readonly number[]): Readonly<Record<string, unknown>> {
  // Without a policy the newest serves, or what a route has chosen among them.
  if (policy === null) return versions.length > 1 ? { specific: { versions } } : { latest: { num_versions: 1 } };
  if (policy.kind === 'all') return { all: {} };
  return policy.kind === 'latest'
    ? { latest: { num_versions: policy.count } }
    : { specific: { versions: policy.versions } };
}

function dynamicBatchingOf(batching: DynamicBatching): Readonly<Record<string, unknown>> {
  const { defaultQueuePolicy, priorityQueuePolicies } = batching;
  return {
    preferred_batch_size: batching.preferredBatchSizes,
    max_queue_delay_microseconds: batching.maxQueueDelayMicroseconds,
    preserve_ordering: batching.preserveOrdering,
    priority_levels: batching.priorityLevels,
    default_priority_level: batching.defaultPriorityLevel,
    ...(defaultQueuePolicy === null ? {} : { default_queue_policy: queuePolicyOf(defaultQueuePolicy) }),
    priority_queue_policy: Object.fromEntries(
      priorityQueuePolicies.map(({ level, policy }) => [level, queuePolicyOf(policy)]),
    ),
  };
}

function queuePolicyOf(policy: QueuePolicy): Readonly<Record<string, unknown>> {
  return {
    timeout_action: policy.timeoutAction,
    default_timeout_microseconds: policy.defaultTimeoutMicroseconds,
    allow_timeout_override: policy.allowTimeoutOverride,
    max_queue_size: policy.maxQueueSize,
  };
}

function sequencesOf(sequences: SequenceBatching): Readonly<Record<string, unknown>> {
  const { maxCandidateSequences, direct, oldest } = sequences;
  return {
    max_sequence_idle_microseconds: sequences.maxIdleMicroseconds,
    control_input: sequences.controls.map((control) => ({ name: control.input, control: [controlOf(control)] })),
    state: sequences.states.map(({ input, output, datatype, dims, initialFile, initialDims }) => ({
      input_name: input,
      output_name: output,
      data_type: configDatatype(datatype),
      dims,
      initial_state:
        initialFile === null
          ? []
          : [
              {
                data_type: configDatatype(datatype),
                dims: initialDims,
                data_file: initialFile.replace('initial_state/', ''),
              },
            ],
    })),
    ...(direct === undefined
      ? {}
      : {
          direct: {
            max_queue_delay_microseconds: direct.maxQueueDelayMicroseconds,
            minimum_slot_utilization: direct.minimumSlotUtilization,
          },
        }),
    ...(oldest === undefined && maxCandidateSequences === null
      ? {}
      : {
          oldest: {
            max_candidate_sequences: maxCandidateSequences ?? 0,
            preferred_batch_size: oldest?.preferredBatchSizes ?? [],
            max_queue_delay_microseconds: oldest?.maxQueueDelayMicroseconds ?? 0,
            preserve_ordering: oldest?.preserveOrdering ?? false,
          },
        }),
  };
}

const kinds = {
  start: 'CONTROL_SEQUENCE_START',
  end: 'CONTROL_SEQUENCE_END',
  ready: 'CONTROL_SEQUENCE_READY',
  'correlation-id': 'CONTROL_SEQUENCE_CORRID',
} as const;

function controlOf({ kind, datatype, no, yes }: SequenceControl): Readonly<Record<string, unknown>> {
  const pair = (type: Datatype): readonly number[] => (kind !== 'correlation-id' && datatype === type ? [no, yes] : []);
  return {
    kind: kinds[kind],
    int32_false_true: pair('INT32'),
    fp32_false_true: pair('FP32'),
    bool_false_true: pair('BOOL').map((value) => value !== 0),
    ...(kind === 'correlation-id' ? { data_type: configDatatype(datatype) } : {}),
  };
}

function warmUpInput({ datatype, dims, data }: WarmUpInput): Readonly<Record<string, unknown>> {
  const source =
    data.kind === 'file' ? { input_data_file: data.path.replace('warmup/', '') } : { [`${data.kind}_data`]: true };
  return { data_type: configDatatype(datatype), dims, ...source };
}
