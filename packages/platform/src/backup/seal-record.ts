import { createCipheriv, createDecipheriv, createHash, timingSafeEqual } from 'node:crypto';
import { recordHeadBytes } from './archive-form.ts';
import type { RecordKind } from './archive-form.ts';

/**
 * What stands behind the content of each record. With a key it is AES-256-GCM, whose nonce is the number of the record and
 * whose associated data are its kind and length; without one it is the SHA-256 of all these. Either way a record that was
 * changed, moved, left out or put in does not fit, and the kind of the last one shows that none is missing behind it.
 */
export interface RecordSeal {
  readonly tagBytes: number;
  /** @returns the content as it is stored, and its tag. */
  seal(number: number, head: Buffer, content: Buffer): { stored: Buffer; tag: Buffer };
  /** @returns the content, or null when it is not what was sealed. */
  open(number: number, head: Buffer, stored: Buffer, tag: Buffer): Buffer | null;
}

const gcmTagBytes = 16;
const sha256Bytes = 32;

export function recordHead(kind: RecordKind, length: number): Buffer {
  const head = Buffer.alloc(recordHeadBytes);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(length, 1);
  return head;
}

/** @param key null for an archive that is not encrypted. @param headerSha256 binds the records to their header. */
export function recordSeal(key: Buffer | null, headerSha256: Buffer): RecordSeal {
  return key === null ? hashSeal(headerSha256) : cipherSeal(key);
}

function cipherSeal(key: Buffer): RecordSeal {
  return {
    tagBytes: gcmTagBytes,
    seal: (number, head, content) => {
      const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number), { authTagLength: gcmTagBytes }).setAAD(head);
      const stored = Buffer.concat([cipher.update(content), cipher.final()]);
      return { stored, tag: cipher.getAuthTag() };
    },
    open: (number, head, stored, tag) => {
      const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number), { authTagLength: gcmTagBytes });
      decipher.setAAD(head).setAuthTag(tag);
      const content = decipher.update(stored);
      try {
        decipher.final();
        return content;
      } catch {
        // Its only failure: the tag does not fit, and then the content must not be used.
        return null;
      }
    },
  };
}

function hashSeal(headerSha256: Buffer): RecordSeal {
  const tagOf = (number: number, head: Buffer, content: Buffer): Buffer =>
    createHash('sha256').update(headerSha256).update(nonceOf(number)).update(head).update(content).digest();
  return {
    tagBytes: sha256Bytes,
    seal: (number, head, content) => ({ stored: content, tag: tagOf(number, head, content) }),
    open: (number, head, stored, tag) => (timingSafeEqual(tagOf(number, head, stored), tag) ? stored : null),
  };
}

/** 12 bytes, used once under one key. */
function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(number), 4);
  return nonce;
}
