import { setTimeout as sleep } from 'node:timers/promises';
import { endpointUrl, problemError } from '@cluster-ai/contract/api/client.ts';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { eventSchemas, heartbeatMs, reconnectMs, streamEvents } from '@cluster-ai/contract/api/events.ts';
import type { EventName, ServerEvent } from '@cluster-ai/contract/api/events.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { readEvents } from '../../connection/event-stream.ts';
import type { WireEvent } from '../../connection/event-stream.ts';

/** A connection over which not even a heartbeat came for this long is dead. */
const silenceMsMax = 3 * heartbeatMs;

/**
 * Events as they come, without end: a connection that breaks is made again from the last event on.
 * @param onBreak told each time, with the reason.
 * @throws ClusterError when the first connection cannot be made, and when the server refuses the caller.
 */
export async function* followEvents(
  client: ClientOptions,
  onBreak: (reason: string) => void,
): AsyncGenerator<ServerEvent> {
  let lastId: string | undefined;
  for (let connected = false; ; await sleep(reconnectMs)) {
    try {
      for await (const event of connect(client, lastId)) {
        connected = true;
        lastId = event.id ?? lastId;
        const known = readEvent(event);
        if (known !== null) yield known;
      }
      onBreak('the server ended the stream');
    } catch (error) {
      if (!(error instanceof ClusterError) || !connected || !error.retryable) throw error;
      onBreak(error.message);
    }
  }
}

async function* connect(client: ClientOptions, lastId: string | undefined): AsyncGenerator<WireEvent> {
  const silent = new AbortController();
  const timer = setTimeout(() => silent.abort(), silenceMsMax);
  try {
    const response = await fetch(endpointUrl(client.baseUrl, streamEvents, {}), {
      headers: {
        accept: 'text/event-stream',
        ...client.headers?.(streamEvents.method),
        ...(client.token === undefined ? {} : { authorization: `Bearer ${client.token}` }),
        ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
      },
      signal: silent.signal,
    });
    if (!response.ok || response.body === null) {
      throw problemError(response.status, await response.text(), client.baseUrl);
    }
    yield* readEvents(keepingAlive(response.body, timer));
  } catch (cause) {
    if (cause instanceof ClusterError) throw cause;
    throw new ClusterError('CONTROL_PLANE_UNAVAILABLE', `the connection to ${client.baseUrl} broke`, { cause });
  } finally {
    clearTimeout(timer);
    silent.abort();
  }
}

async function* keepingAlive(body: AsyncIterable<Uint8Array>, timer: NodeJS.Timeout): AsyncGenerator<Uint8Array> {
  for await (const bytes of body) {
    timer.refresh();
    yield bytes;
  }
}

/** Null for an event of a newer server that this program does not know. */
function readEvent({ event, data }: WireEvent): ServerEvent | null {
  if (!Object.hasOwn(eventSchemas, event)) return null;
  const name = event as EventName;
  const parsed = eventSchemas[name].safeParse(parseJson(data));
  if (!parsed.success) {
    throw new ClusterError('INTERNAL', `the event '${name}' came in a form that is not its contract's`, {
      cause: parsed.error,
      fix: 'check that the address is a control plane, and of this version',
    });
  }
  // Name and schema are of the same row of the table.
  return { event: name, data: parsed.data } as ServerEvent;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No schema allows it.
    return undefined;
  }
}
