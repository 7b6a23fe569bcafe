import { RememberedTexts } from '@cluster-ai/core/names/remembered-texts.ts';

const texts = new RememberedTexts((text) => text);

/** Names that the gateway asks each head for. */
for (const name of ['authorization', 'content-length', 'content-type', 'host', 'x-request-id']) texts.of(name);

/**
 * The same text, as the object that it was before: two heads have then equal names, paths and keys in common. Equal texts that
 * are one object are found equal at once, others letter by letter, and a request looks a dozen of them up.
 */
export function sameText(text: string): string {
  return texts.of(text);
}
