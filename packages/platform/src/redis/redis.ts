import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Logger } from '../log/log.ts';
import { RedisConnection, type ConnectionOptions, type RedisAnswer } from './redis-connection.ts';

export interface RedisOptions extends ConnectionOptions {
  readonly log: Logger;
}

/** A Lua script that Redis runs as one step. */
export interface RedisScript {
  readonly text: string;
  readonly sha1: string;
}

/** First and longest wait before another attempt to connect, milliseconds. */
const retryMsMin = 100;
const retryMsMax = 500;
/** How often an idle connection is tried, so that a Redis that hangs is noticed without traffic. */
const pingEveryMs = 1_000;

/** @param text a script that names its keys in KEYS and everything else in ARGV. */
export function redisScript(text: string): RedisScript {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}

/**
 * A Redis that may come and go. It is an aid to its users, never a condition: while it is away every command fails at
 * once, they go on by themselves, and `whenChanged` tells them that it is back.
 */
export class Redis {
  private readonly options: RedisOptions;
  private readonly abort = new AbortController();
  private readonly listeners: ((connected: boolean) => void)[] = [];
  private connection: RedisConnection | null = null;
  private failure = 'it has not been reached yet';
  private said = '';
  private ended: Promise<void> = Promise.resolve();
  /** Host and port without user and password. */
  readonly address: string;

  /** @throws ClusterError CONFIG_INVALID for a text that is no address of a Redis; it does not hold the text. */
  constructor(options: RedisOptions) {
    this.options = options;
    this.address = addressOf(options.url);
  }

  get connected(): boolean {
    return this.connection !== null;
  }

  /** Why it is away, in words; empty while it is there. */
  get reason(): string {
    return this.connection === null ? `Redis at ${this.address} is away: ${this.failure}` : '';
  }

  /** Connects in the background, and again after every failure. */
  start(): void {
    this.ended = this.keepConnected();
  }

  async stop(): Promise<void> {
    this.abort.abort();
    this.connection?.close();
    await this.ended;
  }

  /** Calls the listener after each change of `connected`. */
  whenChanged(listener: (connected: boolean) => void): void {
    this.listeners.push(listener);
  }

  /** @throws ClusterError REDIS_UNAVAILABLE while it is away, or when it goes away before the answer. */
  async send(args: readonly string[]): Promise<RedisAnswer> {
    const { connection } = this;
    if (connection === null) throw this.unavailable();
    try {
      return await connection.send(args);
    } catch (cause) {
      throw this.unavailable(cause);
    }
  }

  /** Runs a script as one step. @throws ClusterError REDIS_UNAVAILABLE. */
  async run(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<RedisAnswer> {
    const { connection } = this;
    if (connection === null) throw this.unavailable();
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return await connection.send(['EVALSHA', script.sha1, ...rest]).catch((error: unknown) => {
        if (!isUnknownScript(error)) throw error;
        return connection.send(['EVAL', script.text, ...rest]);
      });
    } catch (cause) {
      throw this.unavailable(cause);
    }
  }

  private unavailable(cause?: unknown): ClusterError {
    const why = cause instanceof Error ? `Redis at ${this.address} did not do it: ${cause.message}` : this.reason;
    return new ClusterError('REDIS_UNAVAILABLE', why, { cause, retryAfterSeconds: 1 });
  }

  private async keepConnected(): Promise<void> {
    let retryMs = retryMsMin;
    while (!this.abort.signal.aborted) {
      try {
        const connection = await RedisConnection.open(this.options);
        retryMs = retryMsMin;
        await this.hold(connection);
      } catch (error) {
        this.failure = messageOf(error);
        this.sayAway();
      }
      await delay(retryMs, undefined, { signal: this.abort.signal }).catch(() => undefined);
      retryMs = Math.min(retryMs * 2, retryMsMax);
    }
  }

  /** Resolves when the connection has ended. */
  private async hold(connection: RedisConnection): Promise<void> {
    const ended = new Promise<Error>((resolve) => connection.whenEnded(resolve));
    // A Redis that takes connections may still be loading its data, or be out of memory: an answer proves it.
    await connection.send(['PING']).catch((error: unknown) => {
      connection.close();
      throw error;
    });
    if (this.abort.signal.aborted) return connection.close();
    this.connection = connection;
    this.said = '';
    this.options.log.info({ address: this.address }, 'Redis is connected');
    this.tell(true);
    const pings = setInterval(() => void connection.send(['PING']).catch(() => connection.close()), pingEveryMs);
    this.failure = messageOf(await ended);
    clearInterval(pings);
    this.connection = null;
    if (!this.abort.signal.aborted) this.sayAway();
    this.tell(false);
  }

  private sayAway(): void {
    if (this.said === this.failure) return;
    this.said = this.failure;
    this.options.log.warn({ address: this.address }, this.reason);
  }

  private tell(connected: boolean): void {
    for (const listener of this.listeners) listener(connected);
  }
}

function addressOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === '') {
    throw new ClusterError('CONFIG_INVALID', 'redis.url is not of the form redis://user:password@host:port/number');
  }
  return `${parsed.hostname}:${parsed.port === '' ? '6379' : parsed.port}`;
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

/** Node gives a refused connection on several addresses an empty message and the causes beside it. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
