import assert from 'node:assert/strict';
import { modelConfigurationSchema } from '@cluster-ai/contract/model-configuration.ts';
import { checkFit } from '@cluster-ai/core/model-configuration/check-fit.ts';
import { servedModel } from '@cluster-ai/core/model-configuration/served-model.ts';
import { Findings } from '@cluster-ai/protocols/model-configuration/findings.ts';
import { readConfigurationFile } from '@cluster-ai/protocols/model-configuration/version-configuration.ts';
import { tritonRepository } from '@cluster-ai/testkit/models/triton-repository.ts';
import type { FuzzTarget } from '../engine/target.ts';

const signature = {
  inputs: [
    { name: 'INPUT0', datatype: 'INT32' as const, shape: [-1, 16] },
    { name: 'INPUT1', datatype: 'INT32' as const, shape: [-1, 16] },
  ],
  outputs: [
    { name: 'OUTPUT0', datatype: 'INT32' as const, shape: [-1, 16] },
    { name: 'OUTPUT1', datatype: 'INT32' as const, shape: [-1, 16] },
  ],
};

/** Configuration files, in each of the forms. */
export const target: FuzzTarget = {
  about:
    'config.pbtxt, its JSON form and model-settings.json, from whoever uploads a model: what is read can be stored, and what fits can be served',
  form: 'bytes',
  seeds: () => [
    ...new Set(
      Object.values(tritonRepository).flatMap((model) => {
        const text = model['config.pbtxt'];
        return typeof text === 'string' ? [text.replaceAll(/\s+/g, ' ')] : [];
      }),
    ),
    'max_batch_size: 8 dynamic_batching { } parameters { key: "cluster_ai.pad.INPUT0" value { string_value: "dim=0 sizes=16,32 value=-1; dim=1 sizes=8" } }',
    'max_batch_size: 8 sequence_batching { direct { minimum_slot_utilization: 0.5 max_queue_delay_microseconds: 9 } }',
    '{"max_batch_size":"8","input":[{"name":"INPUT0","dataType":"TYPE_INT32","dims":[16]}],"parameters":{"a":{"string_value":"b"}}}',
    '{"name":"m","implementation":"x.Y","inputs":[{"name":"INPUT0","datatype":"INT32","shape":[-1,16]}],"parameters":{"uri":"./model.onnx"}}',
  ],
  words: ['{', '}', '<', '>', '[', ']', ':', '#', '\\x', '\\u', '-', 'TYPE_INT32', 'key:', 'value', 'dims', 'reshape'],
  run: (input) => {
    // The three forms share their beginning with nothing else: each input is all of them.
    for (const file of ['config.pbtxt', 'config.json', 'model-settings.json']) read(file, input);
  },
};

function read(file: string, input: Uint8Array): void {
  const findings = new Findings();
  const { configuration } = attempt(() => readConfigurationFile(file, input, 'model', findings)) ?? {};
  if (configuration === undefined || findings.wrong.length > 0) return;
  // Names and lists have limits there, and nothing else may be refused.
  const stored = modelConfigurationSchema.safeParse(configuration);
  const others = stored.error?.issues.filter(({ code }) => code !== 'too_big' && code !== 'too_small') ?? [];
  assert.equal(others.length, 0, `what was read cannot be stored: ${stored.error?.message}`);
  if (checkFit(configuration, signature, new Set(['model.onnx'])).length > 0) return;
  const served = servedModel(signature, configuration);
  assert.ok(served.inputs.length === 2, 'an input of the model is filled by nobody');
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'ClusterError') return null;
    throw thrown;
  }
}
