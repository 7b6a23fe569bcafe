import type { WarmUpInput, WarmUpSample } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import type { ConfigMessage } from './config-message.ts';
import type { Findings } from './findings.ts';
import { readDatatype, readDims } from './read-datatype.ts';

/** Runs of one sample, and rows of it, at most. */
const countMax = 10_000;
const rowsMax = 65_536;

export function readWarmUps(config: ConfigMessage, findings: Findings): WarmUpSample[] {
  return config.messages('model_warmup').map((message) => {
    const name = message.text('name');
    return {
      name,
      count: bounded(message, 'count', name, countMax, findings),
      batchSize: bounded(message, 'batch_size', name, rowsMax, findings),
      inputs: [...message.messageMap('inputs')].flatMap(([input, data]) => readInput(name, input, data, findings)),
    };
  });
}

/** Nothing said is once. */
function bounded(message: ConfigMessage, field: string, of: string, max: number, findings: Findings): number {
  const value = message.number(field);
  if (value > max) {
    findings.refuse(message.place, `model_warmup '${of}' has ${field} ${value}`, `${field} is ${max} at most`);
  }
  return Math.min(max, Math.max(1, value));
}

function readInput(sample: string, name: string, message: ConfigMessage, findings: Findings): WarmUpInput[] {
  const of = `input '${name}' of model_warmup '${sample}'`;
  const datatype = readDatatype(message, of, findings);
  const dims = readDims(message, 'dims', of, findings);
  if (dims.includes(-1)) findings.refuse(message.place, `${of} has open dimensions`, 'give their size');
  const data = dataOf(message);
  if (data === null) {
    findings.refuse(message.place, `${of} has no data`, 'write zero_data: true, random_data: true or input_data_file');
  }
  if (datatype === null || data === null) return [];
  return [{ name, datatype, dims: dims.map((size) => Math.max(0, size)), data }];
}

function dataOf(message: ConfigMessage): WarmUpInput['data'] | null {
  const file = message.text('input_data_file');
  if (file !== '') return { kind: 'file', path: `warmup/${file}` };
  if (message.has('random_data')) return { kind: 'random' };
  // As with Triton, the value of the flag does not matter.
  return message.has('zero_data') ? { kind: 'zero' } : null;
}
