import {
  batchInputKinds,
  type BatchInput,
  type RaggedBatching,
} from '@cluster-ai/core/model-configuration/model-configuration.ts';
import type { ConfigMessage } from './config-message.ts';
import type { Findings } from './findings.ts';

/** Reads `allow_ragged_batch`, `batch_input` and `batch_output`. @returns undefined where there is none of them. */
export function readRagged(config: ConfigMessage, findings: Findings): RaggedBatching | undefined {
  const inputs = config.messages('input').filter((message) => message.flag('allow_ragged_batch'));
  const batchInputs = config.messages('batch_input').flatMap((message) => readBatchInput(message, config, findings));
  const batchOutputs = config.messages('batch_output').flatMap((message) => readBatchOutput(message, config, findings));
  const field = ['batch_input', 'batch_output'].find((name) => config.has(name));
  if (inputs.length === 0 && field === undefined) return undefined;
  const place = inputs[0]?.place ?? config.placeOf(field ?? '');
  const what = field ?? 'allow_ragged_batch';
  if (config.number('max_batch_size') <= 0) {
    findings.refuse(place, `${what} is given without a batch`, 'write max_batch_size: 1 or more');
  }
  for (const other of ['sequence_batching', 'model_warmup']) {
    if (!config.has(other)) continue;
    const fix = `keep one of them; a model with ${what} is tried out before it serves`;
    findings.refuse(
      config.placeOf(other),
      `${other} is given beside ${what}, and samples and states are not flat`,
      fix,
    );
  }
  const filled = new Set<string>();
  for (const { input } of batchInputs) {
    if (filled.has(input)) {
      findings.refuse(config.placeOf('batch_input'), `input '${input}' is filled twice`, 'keep one of them');
    }
    filled.add(input);
  }
  return { inputs: inputs.map((message) => message.text('name')), batchInputs, batchOutputs };
}

function readBatchInput(message: ConfigMessage, config: ConfigMessage, findings: Findings): BatchInput[] {
  const { place } = message;
  const kind = batchInputKinds.find((known) => known === message.text('kind')) ?? 'BATCH_ELEMENT_COUNT';
  const source = sourceOf(message, config, findings);
  const targets = message.texts('target_name');
  if (targets.length === 0) {
    findings.refuse(place, 'a batch_input has no target_name', 'name the input of the model that it fills');
  }
  const type = message.text('data_type');
  if (type !== 'TYPE_FP32' && type !== 'TYPE_INT32') {
    findings.refuse(
      place,
      `a batch_input has data_type ${type === '' ? 'of none' : type}`,
      'use TYPE_INT32 or TYPE_FP32',
    );
  }
  const listed = new Set(config.messages('input').map((input) => input.text('name')));
  for (const target of targets) {
    if (!listed.has(target)) continue;
    findings.refuse(
      place,
      `input '${target}' is filled by the server and listed for clients too`,
      'take it out of input',
    );
  }
  if (source === null) return [];
  return targets.map((input) => ({ input, kind, datatype: type === 'TYPE_FP32' ? 'FP32' : 'INT32', source }));
}

function readBatchOutput(
  message: ConfigMessage,
  config: ConfigMessage,
  findings: Findings,
): { readonly output: string; readonly source: string }[] {
  const source = sourceOf(message, config, findings);
  const outputs = new Set(config.messages('output').map((output) => output.text('name')));
  return message.texts('target_name').flatMap((output) => {
    if (!outputs.has(output)) {
      findings.refuse(message.place, `batch_output names '${output}', which is no output here`, 'list it in output');
    }
    return source === null ? [] : [{ output, source }];
  });
}

function sourceOf(message: ConfigMessage, config: ConfigMessage, findings: Findings): string | null {
  const [source, ...more] = message.texts('source_input');
  const inputs = config.messages('input').map((input) => input.text('name'));
  if (source !== undefined && more.length === 0 && inputs.includes(source)) return source;
  const found =
    source === undefined
      ? 'no source_input'
      : more.length > 0
        ? 'several source_input'
        : `the source_input '${source}', which is no input here`;
  findings.refuse(message.place, `it has ${found}`, more.length > 0 ? 'keep one of them' : 'list it in input');
  return null;
}
