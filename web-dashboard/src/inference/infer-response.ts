import { datatypes } from '@cluster-ai/core/tensors/datatype.ts';
import { z } from 'zod';
import { elementsFromBytes } from './element-bytes.ts';
import type { TextTensor } from './text-tensor.ts';

export interface InferAnswer {
  readonly modelName: string;
  readonly modelVersion: string;
  readonly outputs: readonly TextTensor[];
}

const outputSchema = z.object({
  name: z.string(),
  datatype: z.enum(datatypes),
  shape: z.array(z.int().nonnegative()),
  parameters: z.object({ binary_data_size: z.int().nonnegative().optional() }).optional(),
  data: z.array(z.unknown()).optional(),
});

const responseSchema = z.object({
  model_name: z.string(),
  model_version: z.string().default(''),
  outputs: z.array(outputSchema),
});

/**
 * Reads an answer of the Open Inference Protocol v2: JSON, or JSON followed by binary tensors.
 * @param headerLength value of Inference-Header-Content-Length; null when everything is JSON.
 * @throws Error when the answer is not one of the protocol; the playground shows it as such.
 */
export function decodeInferAnswer(body: Uint8Array, headerLength: string | null): InferAnswer {
  const jsonBytes = headerLength === null ? body.byteLength : Number(headerLength);
  const text = new TextDecoder().decode(body.subarray(0, jsonBytes));
  const response = responseSchema.parse(JSON.parse(quoteFragileNumbers(text)));
  let offset = jsonBytes;
  const outputs = response.outputs.map((output) => {
    const { name, datatype, shape } = output;
    const size = output.parameters?.binary_data_size;
    if (size === undefined) return { name, datatype, shape, elements: flatten(output.data ?? []) };
    const blob = body.subarray(offset, offset + size);
    offset += size;
    return { name, datatype, shape, elements: elementsFromBytes(name, datatype, blob) };
  });
  return { modelName: response.model_name, modelVersion: response.model_version, outputs };
}

/**
 * Puts quotes around what JSON.parse refuses (bare NaN and Infinity) or would round (integers of 16 and more digits).
 * Strings are matched first, so that their content is left alone.
 */
export function quoteFragileNumbers(json: string): string {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
    /^(?:-?Infinity|NaN|-?\d{16,})$/.test(token) ? `"${token}"` : token,
  );
}

function flatten(data: readonly unknown[]): string[] {
  return data.flatMap((item) => (Array.isArray(item) ? flatten(item) : [textOf(item)]));
}

/** An object has no text of its own, and what makes one of it may be anything that stands in the answer. */
function textOf(element: unknown): string {
  if (typeof element === 'object' && element !== null) {
    throw new Error('An output holds an object where a value belongs: this is no answer of the protocol.');
  }
  return String(element);
}
