import type { createClient } from 'redis';

/** What a command answers: numbers, texts, null, and lists of them. */
export type RedisAnswer = unknown;

export interface ConnectionOptions {
  readonly url: string;
  /** Shown by `CLIENT LIST`. */
  readonly clientName: string;
  /** TCP, TLS and sign-in at most, milliseconds. */
  readonly connectTimeoutMs: number;
  /** A command that is not answered within this time ends the connection, milliseconds. */
  readonly commandTimeoutMs: number;
}

interface Pending {
  readonly dueAtMs: number;
  settled: boolean;
  readonly reject: (error: Error) => void;
}

type Client = ReturnType<typeof createClient>;

/**
 * One connection to a Redis, used until its first failure: whoever holds it opens another. Commands that are sent in
 * one turn of the event loop travel together. One timer watches all of them, because answers come in the order of the
 * commands.
 */
export class RedisConnection {
  private readonly client: Client;
  private readonly options: ConnectionOptions;
  private readonly pending: Pending[] = [];
  private timer: NodeJS.Timeout | null = null;
  private failed: Error | null = null;
  private onEnd: (cause: Error) => void = () => undefined;

  private constructor(create: typeof createClient, options: ConnectionOptions) {
    this.options = options;
    this.client = create({
      url: options.url,
      // Redis takes no spaces in it.
      name: options.clientName.replaceAll(/[^!-~]/g, '-'),
      disableOfflineQueue: true,
      disableClientInfo: true,
      maintNotifications: 'disabled',
      socket: { connectTimeout: options.connectTimeoutMs, reconnectStrategy: false },
    });
    this.client.on('error', (error: Error) => this.end(error));
  }

  /** @throws Error when nobody answers within the time, or the sign-in is refused. */
  static async open(options: ConnectionOptions): Promise<RedisConnection> {
    // 650 files, which a program without a Redis never reads.
    const { createClient: create } = await import('redis');
    const connection = new RedisConnection(create, options);
    const { connectTimeoutMs } = options;
    // The client's own limit ends with TCP: a Redis that hangs accepts connections and never greets.
    const timer = setTimeout(
      () => connection.end(new Error(`no greeting within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    );
    try {
      await connection.client.connect();
      return connection;
    } catch (error) {
      const cause = connection.failed ?? (error instanceof Error ? error : new Error(String(error)));
      connection.end(cause);
      throw cause;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Hears of the end of the connection, once; at once when it has ended already. */
  whenEnded(listener: (cause: Error) => void): void {
    if (this.failed === null) this.onEnd = listener;
    else listener(this.failed);
  }

  /** @throws Error of the server for a command that it refuses; any other error has ended the connection. */
  send(args: readonly string[]): Promise<RedisAnswer> {
    if (this.failed !== null) return Promise.reject(this.failed);
    return new Promise((resolve, reject) => {
      const entry = { dueAtMs: performance.now() + this.options.commandTimeoutMs, settled: false, reject };
      this.pending.push(entry);
      this.watch();
      void this.settle(entry, args, resolve);
    });
  }

  close(): void {
    this.end(new Error('the connection was closed'));
  }

  private async settle(entry: Pending, args: readonly string[], resolve: (answer: RedisAnswer) => void): Promise<void> {
    try {
      resolve(await this.client.sendCommand<RedisAnswer>([...args]));
    } catch (error) {
      // Every command of a connection that has ended fails with what ended it.
      entry.reject(this.failed ?? (error instanceof Error ? error : new Error(String(error))));
    } finally {
      entry.settled = true;
    }
  }

  private watch(): void {
    if (this.timer !== null) return;
    const [first] = this.pending;
    if (first === undefined) return;
    this.timer = setTimeout(
      // After a pause of this process the answers may lie in the socket: they are read before `setImmediate`.
      () => setImmediate(() => this.look()),
      Math.max(1, first.dueAtMs - performance.now()),
    );
  }

  private look(): void {
    this.timer = null;
    if (this.failed !== null) return;
    const firstOpen = this.pending.findIndex(({ settled }) => !settled);
    this.pending.splice(0, firstOpen === -1 ? this.pending.length : firstOpen);
    const [first] = this.pending;
    if (first !== undefined && first.dueAtMs <= performance.now()) {
      return this.end(new Error(`no answer within ${this.options.commandTimeoutMs} ms`));
    }
    this.watch();
  }

  private end(cause: Error): void {
    if (this.failed !== null) return;
    this.failed = cause;
    if (this.timer !== null) clearTimeout(this.timer);
    for (const { reject } of this.pending.splice(0)) reject(cause);
    if (this.client.isOpen) this.client.destroy();
    this.onEnd(cause);
  }
}
