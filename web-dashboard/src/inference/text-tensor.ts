import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { accepted, type Checked } from './checked.ts';
import { inferShape } from './infer-shape.ts';
import { parseElements } from './parse-elements.ts';

/** What the reader has typed for one input. */
export interface TensorDraft {
  /** Values as text: BYTES one a line, others separated by commas, spaces or brackets. */
  readonly text: string;
  /** The shape as text, `1, 4`; asked for only where the number of values does not decide it. */
  readonly shapeText: string;
}

/**
 * A tensor ready to be written in any language. Elements stay text from the form to the wire, because a 64-bit
 * integer, NaN and the digits as typed do not survive a trip through a JavaScript number.
 */
export interface TextTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** Row-major, each one canonical for its datatype. */
  readonly elements: readonly string[];
}

/** Turns what was typed into a tensor, or says what is wrong with it. */
export function tensorFromDraft(signature: TensorSignature, draft: TensorDraft): Checked<TextTensor> {
  const elements = parseElements(signature.datatype, draft.text);
  if (!elements.ok) return elements;
  const shape = inferShape(signature.shape, elements.value.length, draft.shapeText);
  if (!shape.ok) return shape;
  const { name, datatype } = signature;
  return accepted({ name, datatype, shape: shape.value, elements: elements.value });
}
