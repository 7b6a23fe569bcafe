import type {
  ConfiguredInput,
  ConfiguredOutput,
  ConfiguredTensor,
} from '@cluster-ai/core/model-configuration/model-configuration.ts';
import type { ConfigMessage } from './config-message.ts';
import type { Findings } from './findings.ts';
import { readDatatype, readDims } from './read-datatype.ts';

const formats = { FORMAT_NONE: 'NONE', FORMAT_NHWC: 'NHWC', FORMAT_NCHW: 'NCHW' } as const;

export function readInputs(config: ConfigMessage, findings: Findings): ConfiguredInput[] {
  return readAll(config.messages('input'), 'input', findings, (message, tensor) => {
    ignoreFlags(message, 'input', ['optional', 'is_shape_tensor', 'is_non_linear_format_io'], findings);
    const format = Object.entries(formats).find(([name]) => name === message.text('format'))?.[1] ?? 'NONE';
    return { ...tensor, format };
  });
}

export function readOutputs(config: ConfigMessage, findings: Findings): ConfiguredOutput[] {
  return readAll(config.messages('output'), 'output', findings, (message, tensor) => {
    ignoreFlags(message, 'output', ['is_shape_tensor', 'is_non_linear_format_io'], findings);
    const labelFile = message.text('label_filename');
    return { ...tensor, labelFile: labelFile === '' ? null : labelFile };
  });
}

function readAll<T>(
  messages: readonly ConfigMessage[],
  field: string,
  findings: Findings,
  finish: (message: ConfigMessage, tensor: ConfiguredTensor) => T,
): T[] {
  const names = new Set<string>();
  return messages.flatMap((message) => {
    const name = message.text('name');
    const of = `${field} '${name}'`;
    if (name === '') findings.refuse(message.place, `an ${field} has no name`, 'write name: "…" as in the model');
    else if (names.has(name)) findings.refuse(message.place, `${of} is listed twice`, 'keep one of them');
    names.add(name);
    const datatype = readDatatype(message, of, findings);
    const dims = readDims(message, 'dims', of, findings);
    const reshape = readReshape(message, dims, of, findings);
    return datatype === null ? [] : [finish(message, { name, datatype, dims, reshape })];
  });
}

function readReshape(message: ConfigMessage, dims: readonly number[], of: string, findings: Findings): number[] | null {
  const reshape = message.message('reshape');
  if (reshape === null) return null;
  const shape = readDims(reshape, 'shape', `the reshape of ${of}`, findings);
  const open = (sizes: readonly number[]): number => sizes.filter((size) => size === -1).length;
  if (open(shape) !== open(dims)) {
    const message = `${of} has ${open(dims)} open dimensions in dims and ${open(shape)} in reshape`;
    findings.refuse(reshape.place, message, 'give both as many -1');
  } else if (segments(shape) !== segments(dims)) {
    const message = `${of} has other numbers of elements in dims [${dims.join(', ')}] and in reshape [${shape.join(', ')}]`;
    findings.refuse(reshape.place, message, 'between open dimensions, both must have the same product');
  }
  return shape;
}

/** Products of the sizes between open dimensions. */
function segments(sizes: readonly number[]): string {
  const products = [1];
  for (const size of sizes) {
    if (size === -1) products.push(1);
    else products[products.length - 1] = (products.at(-1) ?? 1) * size;
  }
  return products.join(' ');
}

function ignoreFlags(message: ConfigMessage, field: string, names: readonly string[], findings: Findings): void {
  for (const name of names) if (message.flag(name)) findings.ignore(`${field}.${name}`);
}
