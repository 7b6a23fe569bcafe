import { z } from 'zod';

/**
 * The form of a backup file, described in docs/decisions/0016-one-file-with-its-own-proof.md: a line that names it, a header,
 * then records. A record is its kind, the length of its content, the content, and a tag over all of that and its number.
 */
export const magic = Buffer.from('cluster-ai backup 1\n');

export const formatVersion = 1;

/** Content of a record at most, and of the header; damage is told apart to this many bytes. */
export const contentBytesMax = 65_536;

/** Kind (1 byte) and length of the content (4 bytes). */
export const recordHeadBytes = 5;

export const recordKinds = { partBegin: 1, data: 2, partEnd: 3, archiveEnd: 4 } as const;

export type RecordKind = (typeof recordKinds)[keyof typeof recordKinds];

const count = z.int().min(0);
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

/** How the key was made of the passphrase. The limits keep a forged header from asking for gigabytes of memory. */
export const encryptionSchema = z.strictObject({
  cipher: z.literal('aes-256-gcm'),
  kdf: z.literal('scrypt'),
  costLog2: z.int().min(14).max(20),
  blockSize: z.literal(8),
  salt: z.base64url().length(43),
  /** Tells a wrong key from a damaged file. */
  check: z.base64url().length(22),
});

export type Encryption = z.infer<typeof encryptionSchema>;

export const headerSchema = z.strictObject({
  formatVersion: z.literal(formatVersion),
  createdAt: z.iso.datetime(),
  encryption: encryptionSchema.nullable(),
});

export type ArchiveHeader = z.infer<typeof headerSchema>;

export const partBeginSchema = z.strictObject({ name: z.string().min(1).max(500) });

/** What a part was found to hold when it was written. */
export const partEndSchema = z.strictObject({ bytes: count, sha256: sha256Hex });

export const partSchema = z.strictObject({ name: z.string(), bytes: count, sha256: sha256Hex });

/** One part as the manifest lists it. */
export type ArchivePart = z.infer<typeof partSchema>;

/** The last part: all that stand before it, in their order. */
export const manifestPartName = 'manifest';
export const manifestSchema = z.strictObject({ parts: z.array(partSchema).max(2_000_000) });
export const manifestBytesMax = 512 * 2 ** 20;

export const archiveEndSchema = z.strictObject({ manifestSha256: sha256Hex });
