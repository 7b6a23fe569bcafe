import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import { problemError } from './client.ts';
import { EventParser } from './event-parser.ts';
import type { RawEvent } from './event-parser.ts';
import { eventSchemas, heartbeatMs, reconnectMs, streamEvents } from './events.ts';
import type { EventName, ServerEvent } from './events.ts';

/** Where following stands. `refused`: the credential is not, or no longer, let in; following has ended. */
export type FollowState =
  | { readonly state: 'connecting' | 'open' }
  | { readonly state: 'waiting'; readonly error: ClusterError; readonly retryMs: number }
  | { readonly state: 'refused'; readonly error: ClusterError };

export interface FollowOptions {
  /** Where the control plane listens, without a trailing slash; empty for the page's own origin. */
  readonly baseUrl: string;
  /** A bearer token; without it the session's cookie is used. */
  readonly token?: string | undefined;
  /** Further headers of each connection: a session outside of a browser has its cookie there. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Ends following. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: ServerEvent) => void;
  readonly onState?: (state: FollowState) => void;
}

/** A connection is dead when not even a heartbeat came for this long, milliseconds. */
const silenceMsMax = heartbeatMs * 2.5;
const retryMsMax = 15_000;

/**
 * Follows the events of a control plane: connects again whenever the stream ends or breaks, with the id of the last
 * event, so that no change is missed. An event that this contract does not know is passed over.
 * @returns when `signal` ends it, or the caller is refused.
 */
export async function followEvents(options: FollowOptions): Promise<void> {
  const remembered: Remembered = { lastId: '', retryMs: reconnectMs };
  let retryMs = reconnectMs;
  while (!options.signal.aborted) {
    options.onState?.({ state: 'connecting' });
    let opened = false;
    const error = await followOnce(options, remembered, () => (opened = true)).then(
      () => new ClusterError('CONTROL_PLANE_UNAVAILABLE', 'the stream of events has ended'),
      toFollowError,
    );
    if (options.signal.aborted) return;
    if (error.httpStatus === 401 || error.httpStatus === 403) {
      options.onState?.({ state: 'refused', error });
      return;
    }
    if (opened) ({ retryMs } = remembered);
    options.onState?.({ state: 'waiting', error, retryMs });
    // Many pages must not come back at one moment.
    await pause(retryMs * (0.75 + Math.random() / 2), options.signal);
    retryMs = Math.min(retryMs * 2, retryMsMax);
  }
}

interface Remembered {
  lastId: string;
  retryMs: number;
}

/** One connection, from its begin to its end. */
async function followOnce(options: FollowOptions, remembered: Remembered, onOpen: () => void): Promise<void> {
  const silence = new Silence();
  try {
    const signal = AbortSignal.any([options.signal, silence.signal]);
    const response = await fetch(`${options.baseUrl}${streamEvents.path}`, {
      headers: headersOf(options, remembered),
      signal,
    });
    if (!response.ok || response.body === null) {
      throw problemError(response.status, await response.text(), options.baseUrl);
    }
    onOpen();
    options.onState?.({ state: 'open' });
    const parser = new EventParser();
    parser.lastId = remembered.lastId;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      silence.broken();
      for (const raw of parser.push(part.value)) {
        const event = typed(raw);
        // On its own: what a listener throws is its defect, and no reason to connect again.
        if (event !== null) queueMicrotask(() => options.onEvent(event));
      }
      remembered.lastId = parser.lastId;
      remembered.retryMs = parser.retryMs ?? reconnectMs;
    }
  } finally {
    silence.end();
  }
}

function headersOf({ token, headers }: FollowOptions, { lastId }: Remembered): Record<string, string> {
  return {
    accept: 'text/event-stream',
    ...headers,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(lastId === '' ? {} : { 'last-event-id': lastId }),
  };
}

/** @throws ClusterError INTERNAL for an event that is not of this contract's form. */
function typed({ event, data }: RawEvent): ServerEvent | null {
  if (!isEventName(event)) return null;
  const parsed = eventSchemas[event].safeParse(parseJson(data));
  if (!parsed.success) {
    throw new ClusterError('INTERNAL', `the event '${event}' is not of the form of this contract`, {
      cause: parsed.error,
      fix: 'reload the page: the control plane may have been upgraded',
    });
  }
  // The schema is the one of this very name.
  return { event, data: parsed.data } as ServerEvent;
}

function isEventName(name: string): name is EventName {
  return Object.hasOwn(eventSchemas, name);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function toFollowError(thrown: unknown): ClusterError {
  if (thrown instanceof ClusterError) return thrown;
  return thrown instanceof RangeError
    ? toClusterError(thrown)
    : new ClusterError('CONTROL_PLANE_UNAVAILABLE', 'the stream of events broke off, or nobody answers', {
        cause: thrown,
      });
}

/** Aborts a connection on which nothing comes any more. */
class Silence {
  private readonly controller = new AbortController();
  private timer: ReturnType<typeof setTimeout>;

  constructor() {
    this.timer = this.wait();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  broken(): void {
    clearTimeout(this.timer);
    this.timer = this.wait();
  }

  end(): void {
    clearTimeout(this.timer);
  }

  private wait(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.controller.abort(new Error('not even a heartbeat came')), silenceMsMax);
  }
}

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, durationMs);
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}
