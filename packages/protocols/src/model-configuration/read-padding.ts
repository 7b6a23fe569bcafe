import type { PaddedDimension } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import type { ConfigMessage } from './config-message.ts';
import type { Findings } from './findings.ts';

/** Parameters that begin so are ours: what Triton has no field for. */
const prefix = 'cluster_ai.';
const padPrefix = `${prefix}pad.`;

/** Sizes of one dimension at most; each is tried out before the version serves. */
const sizesMax = 64;
const sizeMax = 2 ** 24;

const form = 'dim=0 sizes=16,32,64 value=0';
const numberForm = String.raw`-?\d{1,18}(?:\.\d{1,18})?`;
const dimensionForm = new RegExp(String.raw`^dim=(\d{1,2}) sizes=(\d{1,8}(?:,\d{1,8})*)(?: value=(${numberForm}))?$`);

/**
 * Reads the parameters `cluster_ai.pad.<input>`: one dimension, or several with a semicolon between them, each as
 * `dim=0 sizes=16,32,64 value=0`. The value is 0 when it is left out.
 */
export function readPadding(config: ConfigMessage, findings: Findings): PaddedDimension[] {
  const dimensions: PaddedDimension[] = [];
  for (const [key, message] of config.messageMap('parameters')) {
    if (!key.startsWith(prefix)) continue;
    if (!key.startsWith(padPrefix)) {
      findings.ignore(`parameters.${key}`);
      continue;
    }
    const input = key.slice(padPrefix.length);
    for (const text of message.text('string_value').split(';')) {
      const dimension = readDimension(input, text.trim());
      if (typeof dimension === 'string') refuse(config, key, dimension, findings);
      else if (dimensions.some((other) => other.input === input && other.dim === dimension.dim)) {
        refuse(config, key, `dimension ${dimension.dim} is given twice`, findings);
      } else dimensions.push(dimension);
    }
  }
  if (dimensions.length > 0) refuseCompany(config, findings);
  return dimensions;
}

function readDimension(input: string, text: string): PaddedDimension | string {
  const [, dim, list, value] = dimensionForm.exec(text) ?? [];
  if (dim === undefined || list === undefined) return `'${text}' is not what a padded dimension looks like`;
  const sizes = [...new Set(list.split(',').map(Number))].toSorted((left, right) => left - right);
  const wrong = sizes.find((size) => size < 1 || size > sizeMax);
  if (wrong !== undefined) return `size ${wrong} is not from 1 to ${sizeMax}`;
  if (sizes.length > sizesMax) return `${sizes.length} sizes are more than ${sizesMax}`;
  return { input, dim: Number(dim), sizes, value: Number(value ?? 0) };
}

function refuse(config: ConfigMessage, key: string, what: string, findings: Findings): void {
  findings.refuse(config.placeOf('parameters'), `parameter ${key}: ${what}`, `write string_value: "${form}"`);
}

/** Padding is for batches of plain requests. */
function refuseCompany(config: ConfigMessage, findings: Findings): void {
  const place = config.placeOf('parameters');
  if (config.message('dynamic_batching') === null || config.number('max_batch_size') <= 0) {
    const fix = 'write dynamic_batching { } and max_batch_size, or take the parameters out';
    findings.refuse(place, `${padPrefix}… is given without batches`, fix);
  }
  const isRagged = config.messages('input').some((input) => input.flag('allow_ragged_batch'));
  if (!isRagged && !config.has('batch_input')) return;
  findings.refuse(place, `${padPrefix}… is given beside allow_ragged_batch`, 'keep one of them');
}
