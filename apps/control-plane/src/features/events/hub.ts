import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { Store } from '../../database/change.ts';
import type { LiveSettings } from '../settings/index.ts';
import type { SnapshotFeed } from '../snapshots/index.ts';
import { entriesMax, readChanges, readHead } from './audit-changes.ts';
import type { ChangeEntry } from './audit-changes.ts';
import { EventStream } from './event-stream.ts';

/** How often the database is asked what has changed, by whichever control plane, while somebody listens. */
const lookEveryMs = 1_000;

/** A client that was away for longer than this many audit entries is told of the last ones alone. */
const entriesBehindMax = 5_000;

/** Streams at once; each page that is open has one. */
const streamsMax = 500;
const streamsPerCallerMax = 32;

/** Looks are not on time to the millisecond: an overview that is due this soon is due. */
const earlyMs = 100;

export interface HubOptions {
  readonly store: Store;
  readonly feed: SnapshotFeed;
  readonly log: Logger;
  readonly settings: LiveSettings;
  readonly overview: () => Promise<Overview>;
}

export interface Subscriber {
  /** Whose streams are counted together. */
  readonly actor: string;
  readonly requestId: string;
  /** `Last-Event-ID` or `after`; null for a client that is new. */
  readonly lastEventId: number | null;
  /** Throws when the caller would no longer be let in. */
  readonly recheck: () => Promise<void>;
}

/** Tells open pages what has changed. Nothing is asked of the database while nobody listens. */
export class EventHub {
  private readonly options: HubOptions;
  private readonly open = new Map<EventStream, Subscriber>();
  private ticker: NodeJS.Timeout | null = null;
  private looking: Promise<void> | null = null;
  private closed = false;
  /** Subscriptions that are being set up count as streams already. */
  private arriving = 0;

  constructor(options: HubOptions) {
    this.options = options;
  }

  get streams(): number {
    return this.open.size;
  }

  /** @throws ClusterError OVERLOADED when there are too many streams, SHUTTING_DOWN, DATABASE_UNAVAILABLE. */
  async subscribe(subscriber: Subscriber): Promise<EventStream> {
    this.assertRoom(subscriber.actor);
    this.arriving += 1;
    try {
      const { store, overview } = this.options;
      const [head, present] = await Promise.all([store.read(readHead), overview()]);
      this.assertRoom(subscriber.actor);
      const stream = new EventStream({
        sentId: startOf(subscriber.lastEventId, head),
        onEnd: (why) => this.left(stream, why),
      });
      this.open.set(stream, subscriber);
      stream.sendState('overview', JSON.stringify(present));
      this.sendSnapshot(stream);
      this.ticker ??= setInterval(() => void this.look(), lookEveryMs);
      void this.look();
      return stream;
    } finally {
      this.arriving -= 1;
    }
  }

  /** Ends every stream, now and from now on; resolves when nothing is asked of the database any more. */
  async close(): Promise<void> {
    this.closed = true;
    for (const stream of this.open.keys()) stream.end('the control plane is stopping');
    await this.looking;
  }

  private assertRoom(actor: string): void {
    if (this.closed) throw new ClusterError('SHUTTING_DOWN', 'the control plane is stopping', { retryAfterSeconds: 1 });
    const own = [...this.open.values()].filter((other) => other.actor === actor).length;
    if (this.open.size + this.arriving < streamsMax && own < streamsPerCallerMax) return;
    const limit = own < streamsPerCallerMax ? `${streamsMax} in all` : `${streamsPerCallerMax} of one caller`;
    throw new ClusterError('OVERLOADED', `there are too many event streams: the limit is ${limit}`, {
      retryAfterSeconds: 10,
      fix: 'close pages that nobody looks at',
    });
  }

  private left(stream: EventStream, why: string): void {
    const subscriber = this.open.get(stream);
    this.open.delete(stream);
    const { requestId = '', actor } = subscriber ?? {};
    this.options.log.debug({ requestId, actor, why }, 'event stream ended');
    if (this.open.size > 0 || this.ticker === null) return;
    clearInterval(this.ticker);
    this.ticker = null;
  }

  private look(): Promise<void> {
    this.looking ??= this.lookOnce().finally(() => {
      this.looking = null;
    });
    return this.looking;
  }

  /** One after the other, and each on its own: the overview is told also when nothing else can be read. */
  private async lookOnce(): Promise<void> {
    const tasks = [
      () => this.recheckAll(),
      () => this.tellChanges(),
      () => this.tellSnapshot(),
      () => this.tellOverview(),
    ];
    for (const task of tasks) {
      if (this.open.size === 0) return;
      try {
        await task();
      } catch (error) {
        const away = error instanceof ClusterError && error.code === 'DATABASE_UNAVAILABLE';
        this.options.log[away ? 'debug' : 'error']({ error }, 'open pages could not be told what has changed');
      }
    }
  }

  /** Ends the streams of callers who would no longer be let in. */
  private async recheckAll(): Promise<void> {
    await Promise.all(
      [...this.open].map(async ([stream, { recheck }]) => {
        try {
          await recheck();
        } catch (error) {
          if (!(error instanceof ClusterError)) throw error;
          // While the database cannot be asked nobody can be locked out either.
          if (error.code !== 'DATABASE_UNAVAILABLE') stream.end(`the caller is no longer let in: ${error.message}`);
        }
      }),
    );
  }

  private async tellChanges(): Promise<void> {
    for (let more = true; more && this.open.size > 0;) {
      const after = Math.min(...[...this.open.keys()].map(({ sentId }) => sentId));
      const { head, changes } = await this.options.store.read((query) => readChanges(query, after));
      for (const stream of this.open.keys()) tell(stream, changes, head);
      more = head - after >= entriesMax;
    }
  }

  /** Also a snapshot that another control plane has made. */
  private async tellSnapshot(): Promise<void> {
    await this.options.feed.next({ epoch: '', version: -1 }, 0, AbortSignal.abort());
    for (const stream of this.open.keys()) this.sendSnapshot(stream);
  }

  private sendSnapshot(stream: EventStream): void {
    const { latest } = this.options.feed;
    if (latest === null) return;
    stream.sendState('snapshot', JSON.stringify({ epoch: latest.epoch, version: latest.version }));
  }

  private async tellOverview(): Promise<void> {
    const dueAtMs = performance.now() - this.options.settings.current.update_interval * 1_000 + earlyMs;
    const due = [...this.open.keys()].filter(({ overviewAtMs }) => overviewAtMs <= dueAtMs);
    if (due.length === 0) return;
    const json = JSON.stringify(await this.options.overview());
    for (const stream of due) stream.sendState('overview', json);
  }
}

/** A number that the log has not reached is one of another database: nothing is known of what came since. */
function startOf(lastEventId: number | null, head: number): number {
  if (lastEventId === null || lastEventId > head) return head;
  return Math.max(lastEventId, head - entriesBehindMax);
}

/** Each changed thing once, however often it has changed since the last look. */
function tell(stream: EventStream, changes: readonly ChangeEntry[], head: number): void {
  const last = new Map<string, ChangeEntry>();
  for (const change of changes) {
    if (change.id <= stream.sentId) continue;
    const key = `${change.kind} ${change.name}`;
    last.delete(key);
    last.set(key, change);
  }
  for (const { id, kind, name } of last.values()) stream.sendChange(id, JSON.stringify({ kind, name }));
  stream.sentId = Math.max(stream.sentId, head);
}
