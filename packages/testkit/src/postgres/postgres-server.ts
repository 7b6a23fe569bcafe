import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedPostgresBinaries, postgresBinariesIn } from '@cluster-ai/platform/postgres/embedded-binaries.ts';
import { initDataFolder, startServer } from '@cluster-ai/platform/postgres/embedded-server.ts';
import type { RunningServer, ServerUser } from '@cluster-ai/platform/postgres/embedded-server.ts';
import pg from 'pg';
import { reachableBinaries } from './reachable-binaries.ts';

/** 18 comes with the repository; 15 is Debian's, from the package `postgresql-15`. */
export type PostgresMajor = 15 | 18;

export interface PostgresServer {
  readonly major: PostgresMajor;
  /** Creates an empty database and returns its address. */
  createDatabase(): Promise<string>;
  /** SIGKILL for the server process, as if the machine had lost it. Its sessions end at once. */
  kill(): Promise<void>;
  /** Stops it as an operator would. */
  stop(): Promise<void>;
  /** Stops it in the middle of whatever it does, sessions included: connections stay open and nothing is answered. */
  freeze(): void;
  thaw(): void;
  /** Starts it again on the same data, after `kill` or `stop`. */
  start(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

const debian15 = '/usr/lib/postgresql/15/bin';
const startTimeoutMs = 60_000;
const stopLimitMs = 20_000;

/**
 * Starts a real PostgreSQL with a data folder of its own, on a unix socket, as another user when the tests run as root
 * (PostgreSQL refuses root). It ends with the test process.
 */
export async function startPostgres(major: PostgresMajor): Promise<PostgresServer> {
  const installed =
    major === 18
      ? embeddedPostgresBinaries()
      : postgresBinariesIn(debian15, 'install the Debian package postgresql-15');
  const user = serverUser();
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-pg-'));
  const binaries = reachableBinaries(installed, user, folder);
  const dataFolder = join(folder, 'data');
  mkdirSync(dataFolder, { mode: 0o700 });
  for (const path of [folder, dataFolder]) if (user !== undefined) chownSync(path, user.uid, user.gid);
  const password = randomBytes(12).toString('hex');
  await initDataFolder({ binaries, dataFolder, superuser: 'test', password, user });

  const address = (database: string): string =>
    `postgresql:///${database}?host=${encodeURIComponent(folder)}&user=test&password=${password}`;
  const launch = async (): Promise<RunningServer> => {
    const running = await startServer({
      binaries,
      dataFolder,
      socketFolder: folder,
      user,
      startTimeoutMs,
      settings: { max_connections: '100', shared_buffers: '16MB' },
      onLog: () => undefined,
    });
    endWithThisProcess(running);
    return running;
  };
  let server = await launch();
  return {
    major,
    createDatabase: async () => {
      const name = `test_${randomBytes(6).toString('hex')}`;
      await query(address('postgres'), `create database ${name}`);
      return address(name);
    },
    kill: async () => {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
    },
    stop: () => server.stop(stopLimitMs),
    freeze: () => signalTree(server.pid, 'SIGSTOP'),
    thaw: () => signalTree(server.pid, 'SIGCONT'),
    start: async () => {
      server = await launch();
    },
    remove: async () => {
      signalTree(server.pid, 'SIGCONT');
      await server.stop(stopLimitMs);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Ends the server when this process ends, by whatever cause: the end of the pipe says so. SIGQUIT is PostgreSQL's
 * immediate shutdown. In a session of its own, so that a Ctrl-C for the tests does not end the watch first.
 */
function endWithThisProcess(server: RunningServer): void {
  const watch = spawn('/bin/sh', ['-c', `read _; kill -QUIT ${server.pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  void server.exited.then(() => watch.kill('SIGKILL'));
}

/** A process and its children. The parent first: it must not see a child stop. */
function signalTree(pid: number, signal: NodeJS.Signals): void {
  const children = readdirSync('/proc').filter(
    (entry) => /^\d+$/.test(entry) && new RegExp(`\\) \\S ${pid} `).test(statOf(entry)),
  );
  for (const target of [pid, ...children.map(Number)]) {
    try {
      process.kill(target, signal);
    } catch (error) {
      // One that has ended meanwhile is past every signal.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}

function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: '-u' | '-g'): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
