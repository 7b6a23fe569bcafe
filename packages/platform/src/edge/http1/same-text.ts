/** Texts that are kept, and how long they are at most, characters: together no more than half a megabyte. */
const textsMax = 1_024;
const lengthMax = 512;

/** Names that the gateway asks each head for. */
const usual = ['authorization', 'content-length', 'content-type', 'host', 'x-request-id'];

const texts = new Map(usual.map((text) => [text, text]));

/**
 * The same text, as the object that it was before: two heads have then equal names, paths and keys in common. Equal texts that
 * are one object are found equal at once, others letter by letter, and a request looks a dozen of them up.
 * @param text a part of a head, whose characters are octets. What is kept of it does not keep the head.
 */
export function sameText(text: string): string {
  const known = texts.get(text);
  if (known !== undefined || text.length > lengthMax) return known ?? text;
  if (texts.size >= textsMax) texts.clear();
  const own = Buffer.from(text, 'latin1').toString('latin1');
  texts.set(own, own);
  return own;
}
