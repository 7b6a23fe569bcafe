import type { ExactJson } from './exact-json.ts';

const form = /^[A-Za-z0-9+/]*={0,2}$/;

/** @returns null for a text that is not base64 with its padding. */
export function decodeBase64(text: string): Uint8Array | null {
  return text.length % 4 === 0 && form.test(text) ? Buffer.from(text, 'base64') : null;
}

/** Bytes as KServe and TensorFlow Serving write them in JSON: an object with the one member `b64`. */
export function isBase64Object(value: ExactJson): value is { readonly b64: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return typeof value['b64'] === 'string' && Object.keys(value).length === 1;
}
