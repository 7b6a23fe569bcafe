/**
 * An API key as text: `cai_`, 32 random bytes in base64url (43 characters), and 6 characters of checksum. Secret scanners
 * find it by `cai_[A-Za-z0-9_-]{49}`; the checksum tells a key from a slip of the hand without asking anybody.
 */
const form = /^cai_([A-Za-z0-9_-]{43})([0-9A-Za-z]{6})$/;

export const apiKeyRandomBytes = 32;

/** Characters by which an owner knows a key again: 36 of its 256 random bits. */
const prefixLength = 10;

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** @param random `apiKeyRandomBytes` bytes of a cryptographic source. */
export function apiKeyOf(random: Uint8Array): string {
  if (random.length !== apiKeyRandomBytes) throw new RangeError(`a key needs ${apiKeyRandomBytes} random bytes`);
  const body = btoa(String.fromCharCode(...random))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
  return `cai_${body}${checksumOf(body)}`;
}

/** The beginning of a key, which may be shown. */
export function apiKeyPrefix(key: string): string {
  return key.slice(0, prefixLength);
}

/** What a text is: a key by its form, a key with a slip in it, or something else. It says nothing about who has it. */
export function apiKeyForm(text: string): 'key' | 'mistyped' | 'other' {
  const [, body, checksum] = form.exec(text) ?? [];
  if (body === undefined) return 'other';
  return checksumOf(body) === checksum ? 'key' : 'mistyped';
}

/** CRC-32 in six digits of base 62. */
function checksumOf(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let place = 0; place < 6; place += 1) {
    text = `${digits.charAt(rest % 62)}${text}`;
    rest = Math.floor(rest / 62);
  }
  return text;
}

function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let index = 0; index < text.length; index += 1) {
    crc ^= text.charCodeAt(index);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
