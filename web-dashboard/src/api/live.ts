import { eventSchemas, streamEvents, type ChangeKind } from '@cluster-ai/contract/api/events.ts';
import type { QueryClient } from '@tanstack/react-query';
import { overviewQuery } from './overview.ts';
import { sessionQuery } from './session.ts';
import { isStreamOpen, setStreamOpen } from './stream-state.ts';

/** Wait before connecting again after a refusal, longer each time, milliseconds. Broken connections are taken up by the browser itself. */
const reconnectMsMin = 2_000;
const reconnectMsMax = 30_000;

/** After this silence the overview is asked for: a connection may be dead without saying so, milliseconds. */
const silenceMsMax = 10_000;

/** Answers that a change makes old, by the first word of their key. */
const affected: Readonly<Record<ChangeKind, readonly string[]>> = {
  model: ['models', 'model', 'routes', 'route'],
  route: ['routes', 'route', 'models', 'model'],
  key: ['keys', 'key'],
  user: ['users', 'user', 'session'],
  setting: ['settings', 'setting'],
};

/**
 * Follows the control plane's events for as long as the frame stands: the overview arrives as it changes, and what was
 * changed elsewhere is asked for again. Without the stream the overview is polled.
 * @returns what ends it
 */
export function followEvents(client: QueryClient): () => void {
  let source: EventSource | undefined;
  // Pages ask from the session's answer on; what changes between that and the open stream is told by it.
  let after = client.getQueryData(sessionQuery.queryKey)?.changeId;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitMs = reconnectMsMin;
  let heardAtMs = Date.now();
  const heard = () => {
    heardAtMs = Date.now();
    setStreamOpen(true);
  };
  const away = () => {
    if (!isStreamOpen()) return;
    setStreamOpen(false);
    // Says at once whether the control plane is gone, and begins the polling.
    void client.refetchQueries({ queryKey: overviewQuery.queryKey });
  };
  const connect = () => {
    source = new EventSource(after === undefined ? streamEvents.path : `${streamEvents.path}?after=${after}`);
    source.addEventListener('open', () => {
      waitMs = reconnectMsMin;
      heard();
    });
    source.addEventListener('error', () => {
      away();
      if (source?.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(connect, waitMs);
      waitMs = Math.min(reconnectMsMax, waitMs * 2);
    });
    const told = ({ lastEventId }: MessageEvent) => {
      if (lastEventId !== '') after = Number(lastEventId);
    };
    source.addEventListener('overview', (event: MessageEvent<string>) => {
      heard();
      told(event);
      const overview = eventSchemas.overview.safeParse(JSON.parse(event.data));
      if (overview.success) client.setQueryData(overviewQuery.queryKey, overview.data);
    });
    source.addEventListener('changed', (event: MessageEvent<string>) => {
      told(event);
      const change = eventSchemas.changed.safeParse(JSON.parse(event.data));
      if (change.success) forget(client, change.data.kind);
    });
  };
  connect();
  const breakSilence = async () => {
    if (!isStreamOpen() || Date.now() - heardAtMs < silenceMsMax) return;
    await client.refetchQueries({ queryKey: overviewQuery.queryKey });
    // Nothing may have changed for a while.
    if (client.getQueryState(overviewQuery.queryKey)?.status === 'success') heardAtMs = Date.now();
    else away();
  };
  const watch = setInterval(() => void breakSilence(), silenceMsMax / 2);
  return () => {
    clearTimeout(timer);
    clearInterval(watch);
    source?.close();
    setStreamOpen(false);
  };
}

function forget(client: QueryClient, kind: ChangeKind): void {
  // Every change is an entry of the audit log, too.
  const words = new Set([...affected[kind], 'audit']);
  void client.invalidateQueries({ predicate: ({ queryKey: [word] }) => typeof word === 'string' && words.has(word) });
}
