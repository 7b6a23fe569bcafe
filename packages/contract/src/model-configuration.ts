import { priorityLevelsMax } from '@cluster-ai/core/batching/batch-rules.ts';
import { batchInputKinds, type ModelConfiguration } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { datatypes } from '@cluster-ai/core/tensors/datatype.ts';
import { z } from 'zod';

/** Entries of any list of a configuration at most. */
const configurationEntriesMax = 1_000;

const name = z.string().min(1).max(1_024);
const path = z.string().min(1).max(255);
const datatype = z.enum(datatypes);
const dims = z.array(z.int().min(-1)).max(64);
const fixedDims = z.array(z.int().min(0)).max(64);
const count = z.int().nonnegative();

const list = <T extends z.ZodType>(entry: T): z.ZodArray<T> => z.array(entry).max(configurationEntriesMax);

const tensor = z.object({ name, datatype, dims, reshape: dims.nullable() });

const versionPolicy = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('latest'), count: z.int().positive() }),
  z.object({ kind: z.literal('all') }),
  z.object({ kind: z.literal('specific'), versions: list(z.int().positive()) }),
]);

const queuePolicy = z.object({
  timeoutAction: z.enum(['REJECT', 'DELAY']),
  defaultTimeoutMicroseconds: count,
  allowTimeoutOverride: z.boolean(),
  maxQueueSize: count,
});

const dynamicBatching = z.object({
  preferredBatchSizes: list(count),
  maxQueueDelayMicroseconds: count,
  preserveOrdering: z.boolean(),
  // Versions that were registered before these were read have none.
  priorityLevels: count.max(priorityLevelsMax).default(0),
  defaultPriorityLevel: count.max(priorityLevelsMax).default(0),
  defaultQueuePolicy: queuePolicy.nullable().default(null),
  priorityQueuePolicies: list(z.object({ level: z.int().positive(), policy: queuePolicy })).default([]),
});

const sequenceBatching = z.object({
  maxIdleMicroseconds: z.int().positive(),
  controls: list(
    z.object({
      input: name,
      kind: z.enum(['start', 'end', 'ready', 'correlation-id']),
      datatype,
      no: z.number(),
      yes: z.number(),
    }),
  ),
  states: list(
    z.object({
      input: name,
      output: name,
      datatype,
      dims,
      initialFile: path.nullable(),
      initialDims: fixedDims,
    }),
  ),
  maxCandidateSequences: z.int().positive().nullable(),
  direct: z.object({ minimumSlotUtilization: z.number().min(0).max(1), maxQueueDelayMicroseconds: count }).optional(),
  oldest: dynamicBatching
    .pick({ preferredBatchSizes: true, maxQueueDelayMicroseconds: true, preserveOrdering: true })
    .optional(),
});

const ragged = z.object({
  inputs: list(name),
  batchInputs: list(
    z.object({ input: name, kind: z.enum(batchInputKinds), datatype: z.enum(['FP32', 'INT32']), source: name }),
  ),
  batchOutputs: list(z.object({ output: name, source: name })),
});

const paddedDimension = z.object({
  input: name,
  dim: z.int().min(0).max(63),
  sizes: z.array(z.int().positive()).min(1).max(64),
  value: z.number(),
});

const warmUp = z.object({
  name: z.string().max(1_024),
  count: z.int().positive().max(10_000),
  batchSize: z.int().positive().max(65_536),
  inputs: list(
    z.object({
      name,
      datatype,
      dims: fixedDims,
      data: z.discriminatedUnion('kind', [
        z.object({ kind: z.enum(['zero', 'random']) }),
        z.object({ kind: z.literal('file'), path }),
      ]),
    }),
  ),
});

/** A configuration as it is kept with a version and sent to gateways. */
export const modelConfigurationSchema = z.object({
  maxBatchSize: z.int().min(0).max(65_536).nullable(),
  inputs: list(tensor.extend({ format: z.enum(['NONE', 'NHWC', 'NCHW']) })),
  outputs: list(tensor.extend({ labelFile: path.nullable() })),
  modelFile: path.nullable(),
  versionPolicy: versionPolicy.nullable(),
  instanceCount: z.int().min(1).max(64).nullable(),
  dynamicBatching: dynamicBatching.nullable(),
  sequenceBatching: sequenceBatching.nullable(),
  ragged: ragged.optional(),
  padding: list(paddedDimension).optional(),
  warmUps: list(warmUp),
  parameters: z.record(z.string(), z.string()),
  ignored: list(z.string()),
}) satisfies z.ZodType<ModelConfiguration>;
