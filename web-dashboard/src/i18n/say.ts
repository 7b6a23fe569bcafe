import type { PlainText } from './catalogue.ts';
import type { inferenceText } from './inference-text.ts';

/** A sentence that is still to be said in the reader's language: what pure code gives back instead of text. */
export type Say = (t: PlainText<typeof inferenceText.en>) => string;

/** The keys of texts without values: names of examples and fields. */
export type NameKey = {
  [Key in keyof typeof inferenceText.en]: (typeof inferenceText.en)[Key] extends `${string}{${string}`
    ? never
    : (typeof inferenceText.en)[Key] extends string
      ? Key
      : never;
}[keyof typeof inferenceText.en];
