import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { nothing } from './page.ts';
import { overviewSchema } from './system.ts';

/** A comment is sent after this silence, so that a dead connection can be told from a quiet one, milliseconds. */
export const heartbeatMs = 15_000;

/** Wait before connecting again that the server asks for, milliseconds. */
export const reconnectMs = 1_000;

export const changeKinds = ['model', 'route', 'key', 'user', 'setting'] as const;

export type ChangeKind = (typeof changeKinds)[number];

/** What `data:` of each event holds, by the event's name. */
export const eventSchemas = {
  /** Whenever its content has changed, at most every `update_interval`; first of all after connecting. */
  overview: overviewSchema,
  /** A new snapshot was made. */
  snapshot: z.object({ epoch: z.string(), version: z.int() }),
  /** Something was created, changed or deleted, by whichever control plane: whoever shows it fetches it again. */
  changed: z.object({ kind: z.enum(changeKinds), name: z.string() }),
} as const;

export type EventName = keyof typeof eventSchemas;

export type ServerEvent = {
  [Name in EventName]: { readonly event: Name; readonly data: z.infer<(typeof eventSchemas)[Name]> };
}[EventName];

/**
 * Answer: `text/event-stream`. A reconnect with `Last-Event-ID` gets the changes since then, a first connection those
 * after `after` (of the session's answer), and each the present overview and snapshot at once. The stream ends when the
 * caller's credential does, when the caller does not read, and when the control plane stops.
 */
export const streamEvents = endpoint({
  id: 'streamEvents',
  method: 'GET',
  path: '/api/v1/events',
  summary: 'Follow changes as server-sent events',
  access: 'read',
  params: nothing,
  query: z.object({ after: z.coerce.number().int().min(0).optional() }),
  body: nothing,
  answer: z.unknown(),
  answerType: 'text/event-stream',
  status: 200,
});
