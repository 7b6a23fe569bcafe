import { describe, expect, test } from 'vitest';
import { Findings } from './findings.ts';
import { readConfigJson, readConfigText } from './read-files.ts';

const whole = `
name: "net"   # the folder
platform: "onnxruntime_onnx"
max_batch_size: 8
input [
  { name: "x" data_type: TYPE_FP32 format: FORMAT_NCHW dims: [ 3, 224, 224 ] },
  { name: "s" data_type: TYPE_STRING dims: [ 1 ] reshape: { shape: [ ] } }
]
output { name: "y" data_type: TYPE_FP16 dims: -1 label_filename: "labels.txt" }
version_policy: { specific: { versions: [ 1, 3 ] } }
instance_group [ { count: 2 kind: KIND_CPU }, { kind: KIND_GPU gpus: [ 0 ] } ]
dynamic_batching { preferred_batch_size: [ 4, 8 ] max_queue_delay_microseconds: 100 }
parameters { key: "a" value: { string_value: "b" } }
optimization { graph { level: -1 } }
response_cache { enable: true }
model_warmup [ { name: "w" batch_size: 2 inputs { key: "x" value: { data_type: TYPE_FP32 dims: [3, 224, 224] random_data: true } } } ]
`;

const wholeRead = {
  maxBatchSize: 8,
  inputs: [
    { name: 'x', datatype: 'FP32', dims: [3, 224, 224], reshape: null, format: 'NCHW' },
    { name: 's', datatype: 'BYTES', dims: [1], reshape: [], format: 'NONE' },
  ],
  outputs: [{ name: 'y', datatype: 'FP16', dims: [-1], reshape: null, labelFile: 'labels.txt' }],
  modelFile: null,
  versionPolicy: { kind: 'specific', versions: [1, 3] },
  instanceCount: 3,
  dynamicBatching: {
    preferredBatchSizes: [4, 8],
    maxQueueDelayMicroseconds: 100,
    preserveOrdering: false,
    priorityLevels: 0,
    defaultPriorityLevel: 0,
    defaultQueuePolicy: null,
    priorityQueuePolicies: [],
  },
  sequenceBatching: null,
  warmUps: [
    {
      name: 'w',
      count: 1,
      batchSize: 2,
      inputs: [{ name: 'x', datatype: 'FP32', dims: [3, 224, 224], data: { kind: 'random' } }],
    },
  ],
  parameters: { a: 'b' },
  ignored: ['optimization', 'response_cache', 'instance_group.kind (KIND_GPU)', 'instance_group.gpus'],
};

function readText(text: string): { read: ReturnType<typeof readConfigText>; wrong: string[] } {
  const findings = new Findings();
  const read = readConfigText(text, 'net', findings);
  return { read, wrong: findings.wrong.map(({ place, message, fix }) => `${place}: ${message}; ${fix}`) };
}

test('a file with most fields means what it says, and names what is not honoured', () => {
  expect(readText(whole)).toEqual({ read: wholeRead, wrong: [] });
});

test('its JSON form means the same: camel case, numbers as texts, null for nothing', () => {
  const json = {
    name: 'net',
    backend: 'onnxruntime',
    platform: null,
    maxBatchSize: '8',
    input: [
      { name: 'x', data_type: 'TYPE_FP32', format: 'FORMAT_NCHW', dims: ['3', 224, 224] },
      { name: 's', dataType: 13, dims: [1], reshape: { shape: [] } },
    ],
    output: [{ name: 'y', data_type: 'TYPE_FP16', dims: [-1], label_filename: 'labels.txt' }],
    version_policy: { specific: { versions: [1, 3] } },
    optimization: { graph: { level: -1 } },
    response_cache: { enable: true },
    instance_group: [
      { count: 2, kind: 'KIND_CPU' },
      { kind: 'KIND_GPU', gpus: [0] },
    ],
    dynamic_batching: { preferred_batch_size: [4, 8], max_queue_delay_microseconds: 100 },
    parameters: { a: { string_value: 'b' } },
    model_warmup: [
      { name: 'w', batch_size: 2, inputs: { x: { data_type: 'TYPE_FP32', dims: [3, 224, 224], random_data: true } } },
    ],
  };
  const findings = new Findings();
  expect(readConfigJson(JSON.stringify(json), 'net', findings)).toEqual(wholeRead);
  expect(findings.wrong).toEqual([]);
});

test('a sequence model: controls, and state with a first value', () => {
  const { read, wrong } = readText(`
    max_batch_size: 4
    sequence_batching {
      max_sequence_idle_microseconds: 5000000
      oldest { max_candidate_sequences: 16 preferred_batch_size: [ 2, 4 ] max_queue_delay_microseconds: 300 preserve_ordering: true }
      control_input [
        { name: "START" control [ { kind: CONTROL_SEQUENCE_START fp32_false_true: [ 0, 1 ] } ] },
        { name: "READY" control { kind: CONTROL_SEQUENCE_READY bool_false_true: [ false, true ] } },
        { name: "CORRID" control { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_UINT64 } }
      ]
      state [ { input_name: "i" output_name: "o" data_type: TYPE_INT32 dims: 1
                initial_state: { data_type: TYPE_INT32 dims: 1 data_file: "first" name: "f" } } ]
    }`);
  expect(wrong).toEqual([]);
  expect(read.sequenceBatching).toEqual({
    maxIdleMicroseconds: 5_000_000,
    maxCandidateSequences: 16,
    oldest: { preferredBatchSizes: [2, 4], maxQueueDelayMicroseconds: 300, preserveOrdering: true },
    controls: [
      { input: 'START', kind: 'start', datatype: 'FP32', no: 0, yes: 1 },
      { input: 'READY', kind: 'ready', datatype: 'BOOL', no: 0, yes: 1 },
      { input: 'CORRID', kind: 'correlation-id', datatype: 'UINT64', no: 0, yes: 0 },
    ],
    states: [
      {
        input: 'i',
        output: 'o',
        datatype: 'INT32',
        dims: [1],
        initialFile: 'initial_state/first',
        initialDims: [1],
      },
    ],
  });
});

test('the strategies of sequences: direct owns slots, and what no batch can be is refused', () => {
  const { read, wrong } = readText(
    'max_batch_size: 4 sequence_batching { direct { minimum_slot_utilization: 0.5 max_queue_delay_microseconds: 700 } }',
  );
  expect(wrong).toEqual([]);
  expect(read.ignored).toEqual([]);
  expect(read.sequenceBatching).toMatchObject({
    maxCandidateSequences: null,
    direct: { minimumSlotUtilization: 0.5, maxQueueDelayMicroseconds: 700 },
  });
  const places = (text: string) => readText(`max_batch_size: 4 sequence_batching { ${text} }`).wrong;
  expect(places('direct { minimum_slot_utilization: 1.5 }')).toEqual([
    expect.stringContaining('minimum_slot_utilization'),
  ]);
  expect(places('oldest { preferred_batch_size: 5 }')).toEqual([expect.stringContaining('preferred_batch_size')]);
});

test('padded dimensions are parameters of our own, and what is none of them is refused', () => {
  const batches = 'max_batch_size: 4 dynamic_batching { }';
  const pad = (text: string, rest = batches, key = 'cluster_ai.pad.x') =>
    readText(`${rest} parameters { key: "${key}" value { string_value: "${text}" } }`);
  const { read, wrong } = pad('dim=0 sizes=32,16; dim=2 sizes=8 value=-1.5');
  expect(wrong).toEqual([]);
  expect(read.padding).toEqual([
    { input: 'x', dim: 0, sizes: [16, 32], value: 0 },
    { input: 'x', dim: 2, sizes: [8], value: -1.5 },
  ]);
  expect(read.parameters).toEqual({ 'cluster_ai.pad.x': 'dim=0 sizes=32,16; dim=2 sizes=8 value=-1.5' });
  expect(pad('16', batches, 'pad.x').read.padding).toBeUndefined();
  expect(pad('16', batches, 'cluster_ai.pads.x').read.ignored).toEqual(['parameters.cluster_ai.pads.x']);
  for (const [text, found] of [
    ['16,32', 'is not what a padded dimension looks like'],
    ['dim=0 sizes=0,4', 'size 0 is not from 1'],
    ['dim=0 sizes=4; dim=0 sizes=8', 'dimension 0 is given twice'],
  ]) {
    expect(pad(text ?? '').wrong).toEqual([expect.stringContaining(found ?? '')]);
  }
  expect(pad('dim=0 sizes=4', 'max_batch_size: 4').wrong).toEqual([expect.stringContaining('given without batches')]);
  const flat = `${batches} input { name: "x" data_type: TYPE_FP32 dims: -1 allow_ragged_batch: true }`;
  expect(pad('dim=0 sizes=4', flat).wrong).toEqual([expect.stringContaining('beside allow_ragged_batch')]);
});

test('dynamic batching: sizes, delay, levels of priority and how long who may wait', () => {
  const { read, wrong } = readText(`
    max_batch_size: 8
    dynamic_batching {
      preferred_batch_size: [ 4 ] max_queue_delay_microseconds: 500
      priority_levels: 3 default_priority_level: 2
      default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 2000 allow_timeout_override: true }
      priority_queue_policy [ { key: 1 value { max_queue_size: 5 } }, { key: 3 value: { default_timeout_microseconds: 9 } } ]
    }`);
  expect(wrong).toEqual([]);
  const policy = {
    timeoutAction: 'REJECT',
    defaultTimeoutMicroseconds: 0,
    allowTimeoutOverride: false,
    maxQueueSize: 0,
  };
  expect(read.dynamicBatching).toEqual({
    preferredBatchSizes: [4],
    maxQueueDelayMicroseconds: 500,
    preserveOrdering: false,
    priorityLevels: 3,
    defaultPriorityLevel: 2,
    defaultQueuePolicy: {
      ...policy,
      timeoutAction: 'DELAY',
      defaultTimeoutMicroseconds: 2_000,
      allowTimeoutOverride: true,
    },
    priorityQueuePolicies: [
      { level: 1, policy: { ...policy, maxQueueSize: 5 } },
      { level: 3, policy: { ...policy, defaultTimeoutMicroseconds: 9 } },
    ],
  });
  expect(read.ignored).toEqual([]);
});

test('inputs of different lengths in one batch, and what is made to tell them apart', () => {
  const { read, wrong } = readText(`
    max_batch_size: 8
    input { name: "x" data_type: TYPE_FP32 dims: -1 allow_ragged_batch: true }
    output { name: "y" data_type: TYPE_FP32 dims: -1 }
    batch_input { kind: BATCH_ELEMENT_COUNT target_name: [ "a", "b" ] data_type: TYPE_FP32 source_input: "x" }
    batch_input { kind: BATCH_ITEM_SHAPE target_name: "c" data_type: TYPE_INT32 source_input: "x" }
    batch_output { target_name: "y" kind: BATCH_SCATTER_WITH_INPUT_SHAPE source_input: "x" }`);
  expect(wrong).toEqual([]);
  expect(read.ragged).toEqual({
    inputs: ['x'],
    batchInputs: [
      { input: 'a', kind: 'BATCH_ELEMENT_COUNT', datatype: 'FP32', source: 'x' },
      { input: 'b', kind: 'BATCH_ELEMENT_COUNT', datatype: 'FP32', source: 'x' },
      { input: 'c', kind: 'BATCH_ITEM_SHAPE', datatype: 'INT32', source: 'x' },
    ],
    batchOutputs: [{ output: 'y', source: 'x' }],
  });
  expect(read.ignored).toEqual([]);
});

test('a file that says nothing leaves all to the gateway; one with tensors and no max_batch_size has no batch', () => {
  expect(readText('backend: "onnxruntime"').read.maxBatchSize).toBeNull();
  expect(readText('input { name: "x" data_type: TYPE_FP32 dims: [ -1, 4 ] }').read.maxBatchSize).toBe(0);
});

describe('what is wrong is named with its place and the way out', () => {
  test.each([
    [
      'max_batchsize: 8',
      'line 1, column 1: the model configuration has no field "max_batchsize"; did you mean max_batch_size?',
    ],
    [
      'max_batch_size: "8"',
      'line 1, column 1: max_batch_size is not a text; write it without quotes: max_batch_size: 8',
    ],
    [
      'max_batch_size: 1.5',
      'line 1, column 1: max_batch_size: "1.5" is not a whole number; max_batch_size is of type int32',
    ],
    [
      'max_batch_size: 5000000000',
      'line 1, column 1: max_batch_size: "5000000000" does not fit into int32; max_batch_size is of type int32',
    ],
    ['max_batch_size: -1', 'line 1, column 1: max_batch_size is -1; it is 0 to 65536; 0 means no batch dimension'],
    ['name: "a" name: "b"', 'line 1, column 11: name is given twice; keep one of them'],
    [
      'dynamic_batching { } sequence_batching { }',
      'line 1, column 22: sequence_batching is given beside dynamic_batching, and they exclude one another; keep one of them',
    ],
    [
      'platform: "tensorrt_plan"',
      'line 1, column 1: it wants the platform "tensorrt_plan", and only ONNX Runtime is here; export the model to ONNX',
    ],
    [
      'backend: "python"',
      'line 1, column 1: it wants the backend "python", and only ONNX Runtime is here; export the model to ONNX',
    ],
    ['input { name: "x" data_type: FP32 }', 'line 1, column 19: data_type: "FP32" is no DataType; use TYPE_FP32'],
    [
      'input { name: "x" data_type: "TYPE_FP32" }',
      'line 1, column 19: data_type: "TYPE_FP32" is no DataType; write it without quotes: data_type: TYPE_FP32',
    ],
    [
      'input { name: "x" data_type: TYPE_BF16 }',
      "line 1, column 1: input 'x' is TYPE_BF16, which is not served; convert the model to FP32 or FP16",
    ],
    [
      'input { name: "x" dims: 1 }',
      "line 1, column 1: input 'x' has no data_type; write data_type: TYPE_… as in the model",
    ],
    ['input: 5', 'line 1, column 1: input holds fields, not "5"; write input { … }'],
    [
      'input { name: "x" data_type: TYPE_FP32 dims: [ 0 ] }',
      "line 1, column 1: input 'x' has the dimension 0; a dimension is 1 or more, or -1 for any size",
    ],
    [
      'input { name: "x" data_type: TYPE_FP32 dims: [ 4 ] reshape { shape: [ 3 ] } }',
      "line 1, column 52: input 'x' has other numbers of elements in dims [4] and in reshape [3]; between open dimensions, both must have the same product",
    ],
    [
      'input { name: "x" data_type: TYPE_FP32 dims: -1 allow_ragged_batch: true }',
      'line 1, column 1: allow_ragged_batch is given without a batch; write max_batch_size: 1 or more',
    ],
    [
      'max_batch_size: 2 input { name: "x" data_type: TYPE_FP32 dims: -1 } batch_input { kind: BATCH_ITEM_SHAPE target_name: "x" data_type: TYPE_INT32 source_input: "x" }',
      "line 1, column 69: input 'x' is filled by the server and listed for clients too; take it out of input",
    ],
    [
      'max_batch_size: 2 batch_input { kind: BATCH_ITEM_SHAPE target_name: "a" data_type: TYPE_INT64 source_input: "x" }',
      "line 1, column 19: it has the source_input 'x', which is no input here; list it in input",
    ],
    [
      'max_batch_size: 4 dynamic_batching { preferred_batch_size: 8 }',
      'line 1, column 19: preferred_batch_size is 8; write sizes from 1 to max_batch_size (4)',
    ],
    [
      'dynamic_batching { priority_levels: 1000 default_priority_level: 1 }',
      'line 1, column 20: priority_levels is 1000; a model has 511 levels at most',
    ],
    [
      'dynamic_batching { priority_levels: 2 }',
      'line 1, column 1: default_priority_level is 0, of 2 priority_levels; write default_priority_level: 1 to 2',
    ],
    [
      'dynamic_batching { priority_levels: 2 default_priority_level: 1 priority_queue_policy { key: 3 value { } } }',
      'line 1, column 65: priority_queue_policy is given for level 3 (1 to 2); give policies to levels from 1 to priority_levels',
    ],
    [
      'dynamic_batching { priority_queue_policy { key: 1 value { } } }',
      'line 1, column 20: priority_queue_policy is given for level 1 (priority_levels is not given); give policies to levels from 1 to priority_levels',
    ],
    [
      'dynamic_batching { preserve_ordering: true priority_levels: 2 default_priority_level: 1 }',
      'line 1, column 20: preserve_ordering is given beside 2 priority_levels; keep one of them',
    ],
    [
      'dynamic_batching { preserve_ordering: true default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 5 } }',
      'line 1, column 20: preserve_ordering is given beside timeout_action: DELAY; keep one of them, or write timeout_action: REJECT',
    ],
    [
      'parameters { key: "latency_objective_ms" value: { string_value: "fast" } }',
      'line 1, column 1: latency_objective_ms is "fast"; write milliseconds from 0 to 60000; 0 means no objective',
    ],
    ['instance_group { count: 100 }', 'line 1, column 1: instance_group wants 100 instances; a model has 64 at most'],
  ])('%s', (text, wanted) => {
    expect(readText(text).wrong[0]?.replace(/; write dims.*$/, '')).toBe(wanted);
  });

  test('all of it at once', () => {
    const { wrong } = readText('max_batch_size: x\nplatfrom: "a"\ninput { name: 5 }');
    expect(wrong.map((line) => line.split(':', 1)[0])).toEqual([
      'line 1, column 1',
      'line 2, column 1',
      'line 3, column 9',
      'line 3, column 1',
      'line 3, column 1',
    ]);
  });

  test('of a key that is as long as a file may be, the beginning is quoted', () => {
    const findings = new Findings();
    const fields = Array.from({ length: 50 }, (_, index) => `"w${index}": 1`).join(',');
    readConfigJson(`{ "parameters": { "${'k'.repeat(500_000)}": { ${fields} } } }`, 'model', findings);
    expect(findings.wrong).toHaveLength(50);
    expect(JSON.stringify(findings.wrong).length).toBeLessThan(100_000);
  });

  test('a list as long as a file may hold is refused within a second', () => {
    const startedAtMs = performance.now();
    const { wrong } = readText(`input { name: "x" data_type: TYPE_FP32 dims: [ ${'1,'.repeat(99_990)} 1 ] }`);
    const tookMs = performance.now() - startedAtMs;
    console.log(`99,991 dimensions were read in ${tookMs.toFixed(0)} ms`);
    expect(wrong[0]).toContain('99991 dimensions; a tensor has 64 at most');
    expect(tookMs).toBeLessThan(1_000);
  });
});
