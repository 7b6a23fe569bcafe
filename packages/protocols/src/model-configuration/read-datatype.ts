import { isDatatype, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import type { ConfigMessage } from './config-message.ts';
import type { Findings } from './findings.ts';

/** The datatype that a field names; null where it is missing or not served, which is put on record. */
export function readDatatype(message: ConfigMessage, of: string, findings: Findings): Datatype | null {
  const name = message.text('data_type');
  const datatype = name === 'TYPE_STRING' ? 'BYTES' : name.replace(/^TYPE_/, '');
  if (isDatatype(datatype)) return datatype;
  if (message.misfits('data_type')) return null;
  if (name === '' || name === 'TYPE_INVALID') {
    findings.refuse(message.place, `${of} has no data_type`, 'write data_type: TYPE_… as in the model');
  } else findings.refuse(message.place, `${of} is ${name}, which is not served`, 'convert the model to FP32 or FP16');
  return null;
}

/** Dimensions that may be open. */
export function readDims(message: ConfigMessage, field: string, of: string, findings: Findings): number[] {
  const dims = message.numbers(field);
  const wrong = dims.find((size) => !Number.isSafeInteger(size) || size < -1 || size === 0);
  if (wrong !== undefined) {
    findings.refuse(message.place, `${of} has the dimension ${wrong}`, 'a dimension is 1 or more, or -1 for any size');
  }
  if (dims.length > dimensionsMax) {
    findings.refuse(message.place, `${of} has ${dims.length} dimensions`, `a tensor has ${dimensionsMax} at most`);
    return dims.slice(0, dimensionsMax);
  }
  return dims;
}

const dimensionsMax = 64;
