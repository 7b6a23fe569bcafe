import { canonicalJson } from './canonical-json.ts';

/** One entry of the audit log, as it is listed, exported and hashed. */
export interface AuditEntry {
  /** Entries are numbered from 1 on, without gaps. */
  readonly id: number;
  /** UTC with milliseconds: `2026-01-31T23:59:59.999Z`. */
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly requestId: string;
  /** Hash of the entry before it; `chainStart` for the first. */
  readonly previousHash: string;
  /** SHA-256 of `entryText`, lower-case hex. */
  readonly hash: string;
}

/** What the first entry names as the hash before it. */
export const chainStart = '0'.repeat(64);

/**
 * The text whose SHA-256, over its UTF-8 bytes, is the hash of an entry: canonical JSON (RFC 8785) of all its fields but
 * the hash. As the previous hash is among them, no entry can be changed without changing all that follow.
 */
export function entryText(entry: Omit<AuditEntry, 'hash'>): string {
  const { id, at, actor, action, target, detail, requestId, previousHash } = entry;
  return canonicalJson({ id, at, actor, action, target, detail, requestId, previousHash });
}

/** A line of an export: the entry with its hash, in the same form. */
export function entryLine({
  id,
  at,
  actor,
  action,
  target,
  detail,
  requestId,
  previousHash,
  hash,
}: AuditEntry): string {
  return canonicalJson({ id, at, actor, action, target, detail, requestId, previousHash, hash });
}

/** The last entry of a log, as one word to note down elsewhere: `<id>:<hash>`. */
export interface ChainHead {
  readonly id: number;
  readonly hash: string;
}

export function headText({ id, hash }: ChainHead): string {
  return `${id}:${hash}`;
}

/** @returns null for a text that is no head. */
export function parseHead(text: string): ChainHead | null {
  const [, id, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  return id === undefined || hash === undefined ? null : { id: Number(id), hash };
}
