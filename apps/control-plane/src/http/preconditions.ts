import type { IncomingHttpHeaders } from 'node:http';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { sql } from 'kysely';
import type { ChangeGuard, Query } from '../database/change.ts';
import type { Principal } from './principal.ts';

/** The present state of what a write is about. */
export interface PresentState {
  /** As the endpoint's `tag` makes it of an answer. */
  readonly tag: string;
  /** In a sentence: `route 'shop'`. */
  readonly what: string;
  /** Where the audit log tells of its changes: its name there, and what its actions begin with. */
  readonly audited: { readonly target: string; readonly nouns: readonly string[] };
}

/** Reads, inside a change, what it is about; null when there is no such thing. It shows nothing that the caller may not see. */
export type ReadState<Params> = (query: Query, params: Params, caller: Principal) => Promise<PresentState | null>;

/** What a request demands of the state that it finds: `If-Match`, and `If-None-Match: *`. */
export interface Precondition {
  /** Tags of states, one of which must be the present one; `*` is any state. */
  readonly match: readonly string[] | null;
  /** There must be no such thing yet. */
  readonly mustBeNew: boolean;
}

/** A change guard that also knows whether it was asked. */
export interface PreconditionGuard extends ChangeGuard {
  readonly wasAsked: boolean;
}

/** Checks a precondition in the first change of a request; later ones build on what that one has made. */
export function createPreconditionGuard(
  precondition: Precondition,
  readState: (query: Query) => Promise<PresentState | null>,
): PreconditionGuard {
  let asked = false;
  let done = false;
  return {
    get wasAsked() {
      return asked;
    },
    before: async (query) => {
      asked = true;
      if (!done) await assertPrecondition(query, precondition, await readState(query));
    },
    after: async () => undefined,
    committed: () => {
      done = true;
    },
  };
}

const entityTag = /^(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/;

/**
 * The entity tag of an answer: which state it shows, and a mark of all that it says. A write compares the state alone,
 * because what is only observed (as the load state on gateways) is nobody's change.
 */
export function entityTagOf(tag: string, mark: string): string {
  return `"${encodeURIComponent(tag)}-${mark}"`;
}

/** @throws ClusterError INVALID_ARGUMENT for what is no list of entity tags. */
export function preconditionOf(headers: IncomingHttpHeaders): Precondition | null {
  const match = headers['if-match'];
  const mustBeNew = headers['if-none-match']?.trim() === '*';
  if (match === undefined) return mustBeNew ? { match: null, mustBeNew } : null;
  return { match: match.trim() === '*' ? ['*'] : splitTags(match).map(stateOf), mustBeNew };
}

/** True when the caller of a GET has this very answer already. */
export function hasAlready(headers: IncomingHttpHeaders, etag: string): boolean {
  const given = headers['if-none-match'];
  if (given === undefined) return false;
  return given.trim() === '*' || given.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

/** @throws ClusterError PRECONDITION_FAILED, which names who made the present state. */
async function assertPrecondition(
  query: Query,
  { match, mustBeNew }: Precondition,
  state: PresentState | null,
): Promise<void> {
  if (state === null) {
    if (match === null) return;
    throw new ClusterError(
      'PRECONDITION_FAILED',
      'what this change is about does not exist, or does not exist any more',
      {
        fix: 'read the list again',
      },
    );
  }
  if (mustBeNew) {
    throw new ClusterError('PRECONDITION_FAILED', `${state.what} exists already`, {
      fix: 'to change it, send If-Match with its ETag instead of If-None-Match',
    });
  }
  if (match === null || match.includes('*') || match.includes(encodeURIComponent(state.tag))) return;
  throw new ClusterError(
    'PRECONDITION_FAILED',
    `${state.what} has changed since it was read${await lastChange(query, state)}`,
    { fix: 'read it again, and send the change with its new ETag' },
  );
}

async function lastChange(query: Query, { audited }: PresentState): Promise<string> {
  const entry = await query
    .selectFrom('audit_entries')
    .select(['actor', 'at'])
    .where('target', '=', audited.target)
    .where(sql<string>`split_part(action, '.', 1)`, 'in', [...audited.nouns])
    .orderBy('id', 'desc')
    .executeTakeFirst();
  return entry === undefined ? '' : `: ${entry.actor} changed it at ${entry.at.toISOString()}`;
}

function splitTags(text: string): string[] {
  return text.split(',').map((tag) => {
    const content = entityTag.exec(tag.trim())?.[1];
    if (content !== undefined) return content;
    const message = `${JSON.stringify(tag.trim().slice(0, 64))} is no entity tag: it is sent as it came, with its quotes`;
    throw new ClusterError('INVALID_ARGUMENT', `If-Match: ${message}`, {
      errors: [{ path: 'headers.if-match', message }],
    });
  });
}

function stateOf(tag: string): string {
  const end = tag.lastIndexOf('-');
  return end < 0 ? tag : tag.slice(0, end);
}
