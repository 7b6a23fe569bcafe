import type { Datatype } from '../tensors/datatype.ts';

/**
 * What a configuration file says about a model version, whatever file it was: Triton's `config.pbtxt`, its JSON form, or
 * MLServer's `model-settings.json`. Only what is honoured stands here; `ignored` names the rest.
 */
export interface ModelConfiguration {
  /** Rows of one request at most. 0: there is no batch dimension. Null: the file does not say, and the gateway chooses. */
  readonly maxBatchSize: number | null;
  /** What clients send, in the order of the file; empty where the file leaves it to the model. */
  readonly inputs: readonly ConfiguredInput[];
  readonly outputs: readonly ConfiguredOutput[];
  /** The file of the version that is to be opened; null leaves it to the server. */
  readonly modelFile: string | null;
  /** Null: the newest version alone. */
  readonly versionPolicy: VersionPolicy | null;
  /** Copies of the session; null leaves it to the gateway. */
  readonly instanceCount: number | null;
  /** Present: requests are merged, up to `maxBatchSize` rows. */
  readonly dynamicBatching: DynamicBatching | null;
  /** Present: requests belong to sequences, whose order and state are kept. */
  readonly sequenceBatching: SequenceBatching | null;
  /** Present: some inputs reach the model flat, so that requests of different lengths run together. */
  readonly ragged?: RaggedBatching | undefined;
  /** Present: requests are made as long as one of a few sizes, so that those of different lengths run together. */
  readonly padding?: readonly PaddedDimension[] | undefined;
  readonly warmUps: readonly WarmUpSample[];
  /** Words of the model's owner: shown, and not acted upon. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Fields of the file that are not honoured, by their path in it. */
  readonly ignored: readonly string[];
}

export interface ConfiguredTensor {
  readonly name: string;
  readonly datatype: Datatype;
  /** Without the batch dimension where there is one; -1 marks a dimension that each request chooses. */
  readonly dims: readonly number[];
  /** The shape that the model has in place of `dims`, which is the clients'; null where they are the same. */
  readonly reshape: readonly number[] | null;
}

export interface ConfiguredInput extends ConfiguredTensor {
  /** What the dimensions of a picture mean: shown, for clients that prepare one. */
  readonly format: 'NONE' | 'NHWC' | 'NCHW';
}

export interface ConfiguredOutput extends ConfiguredTensor {
  /** Among the files of the version: one label a line, by class index. Null for none. */
  readonly labelFile: string | null;
}

/** Which versions can be called by their number; calls without one go to the newest of them. */
export type VersionPolicy =
  | { readonly kind: 'latest'; readonly count: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'specific'; readonly versions: readonly number[] };

export interface DynamicBatching {
  readonly preferredBatchSizes: readonly number[];
  readonly maxQueueDelayMicroseconds: number;
  readonly preserveOrdering: boolean;
  /** Levels of priority, 1 the highest; 0: there are none. */
  readonly priorityLevels: number;
  /** Of requests that name none; 0 where there are no levels. */
  readonly defaultPriorityLevel: number;
  /** Null: the file has none, and a request's own timeout is its deadline. */
  readonly defaultQueuePolicy: QueuePolicy | null;
  /** Of single levels, in place of the default. */
  readonly priorityQueuePolicies: readonly { readonly level: number; readonly policy: QueuePolicy }[];
}

/** How many requests may wait, and what becomes of those that wait for too long. */
export interface QueuePolicy {
  /** REJECT: they fail. DELAY: they go behind the others of their level. */
  readonly timeoutAction: 'REJECT' | 'DELAY';
  /** 0: there is no timeout. */
  readonly defaultTimeoutMicroseconds: number;
  /** Whether a request may name a shorter timeout. */
  readonly allowTimeoutOverride: boolean;
  /** Requests that wait at most; 0: there is no such limit. */
  readonly maxQueueSize: number;
}

export interface RaggedBatching {
  /** Inputs of which all rows of a batch are one flat tensor. */
  readonly inputs: readonly string[];
  /** Inputs of the model that the gateway fills, unseen by clients: where the requests stand in the flat ones. */
  readonly batchInputs: readonly BatchInput[];
  /** Flat outputs that are cut as an input was made. */
  readonly batchOutputs: readonly { readonly output: string; readonly source: string }[];
}

/** An open dimension of an input that is filled up behind what the client sent. */
export interface PaddedDimension {
  readonly input: string;
  /** Its place among the input's `dims`, from 0: without the batch dimension. */
  readonly dim: number;
  /** The sizes that it may have, ascending. What is longer than the last is not padded. */
  readonly sizes: readonly number[];
  /** Of every element that is put there. */
  readonly value: number;
}

/** Triton's words for what an input of this sort holds. */
export const batchInputKinds = [
  'BATCH_ELEMENT_COUNT',
  'BATCH_ACCUMULATED_ELEMENT_COUNT',
  'BATCH_ACCUMULATED_ELEMENT_COUNT_WITH_ZERO',
  'BATCH_MAX_ELEMENT_COUNT_AS_SHAPE',
  'BATCH_ITEM_SHAPE',
  'BATCH_ITEM_SHAPE_FLATTEN',
] as const;

export interface BatchInput {
  readonly input: string;
  readonly kind: (typeof batchInputKinds)[number];
  readonly datatype: 'FP32' | 'INT32';
  /** The clients' input that is counted. */
  readonly source: string;
}

export interface SequenceBatching {
  /** A sequence that is silent for longer is forgotten. */
  readonly maxIdleMicroseconds: number;
  readonly controls: readonly SequenceControl[];
  readonly states: readonly SequenceState[];
  /** Of the strategy `oldest`: sequences that have requests with one copy of the model at once. Null: any number. */
  readonly maxCandidateSequences: number | null;
  /** Present: each sequence owns a row of a copy's batch for as long as it lasts. */
  readonly direct?: DirectSequences | undefined;
  /** Present: batches are formed of the sequences' first requests as of those of others. */
  readonly oldest?: OldestSequences | undefined;
}

export interface DirectSequences {
  /** The part of a batch, 0 to 1, that must be there before it goes, unless the delay is over. */
  readonly minimumSlotUtilization: number;
  readonly maxQueueDelayMicroseconds: number;
}

export type OldestSequences = Pick<
  DynamicBatching,
  'preferredBatchSizes' | 'maxQueueDelayMicroseconds' | 'preserveOrdering'
>;

/** An input of the model that the gateway fills, unseen by clients. */
export interface SequenceControl {
  readonly input: string;
  readonly kind: 'start' | 'end' | 'ready' | 'correlation-id';
  readonly datatype: Datatype;
  /** The value that says no; like `yes` 0 and unused for a correlation id. */
  readonly no: number;
  readonly yes: number;
}

/** An output of the model that comes back as an input with the sequence's next request, unseen by clients. */
export interface SequenceState {
  readonly input: string;
  readonly output: string;
  readonly datatype: Datatype;
  /** Without the batch dimension. */
  readonly dims: readonly number[];
  /** Holds the first state, among the files of the version; null begins with zeros. */
  readonly initialFile: string | null;
  /** Dimensions of that first state where `dims` leaves some open. */
  readonly initialDims: readonly number[];
}

/** A request that is run before the version is ready. */
export interface WarmUpSample {
  readonly name: string;
  /** Times that it is run. */
  readonly count: number;
  readonly batchSize: number;
  readonly inputs: readonly WarmUpInput[];
}

export interface WarmUpInput {
  readonly name: string;
  readonly datatype: Datatype;
  /** Without the batch dimension. */
  readonly dims: readonly number[];
  readonly data: { readonly kind: 'zero' | 'random' } | { readonly kind: 'file'; readonly path: string };
}

/** A client must not be told of a sequence that is over because its next request was a little late: Triton's default. */
export const sequenceIdleMicrosecondsDefault = 1_000_000;
