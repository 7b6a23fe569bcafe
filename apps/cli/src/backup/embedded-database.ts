import { chownSync, mkdirSync } from 'node:fs';
import { shortSocketPath } from '@cluster-ai/platform/files/short-socket-folder.ts';
import { startServer } from '@cluster-ai/platform/postgres/embedded-server.ts';
import { longestSocketName } from '../up/lock.ts';
import { prepareDatabase } from '../up/postgres-data.ts';
import { stopLeftover } from '../up/postgres-leftover.ts';
import { binariesFor, serverUser } from './owner.ts';
import type { Owner } from './owner.ts';

export interface EmbeddedServer {
  readonly url: string;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Holds `data` and `password`; they are made when they are missing. */
  readonly folder: string;
  /** Where the socket goes, when the path is short enough for one. */
  readonly runFolder: string;
  readonly owner: Owner;
}

const startTimeoutMs = 180_000;
const stopLimitMs = 30_000;

/** Runs the embedded PostgreSQL for the time of one command. The caller holds the data folder. */
export async function startEmbedded({ folder, runFolder, owner }: EmbeddedOptions): Promise<EmbeddedServer> {
  const sockets = shortSocketPath(runFolder, longestSocketName, owner?.uid ?? process.getuid?.() ?? 0);
  for (const path of [folder, sockets]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (owner !== null) chownSync(path, owner.uid, owner.gid);
  }
  const user = serverUser(owner);
  const { binaries, remove } = binariesFor(owner);
  try {
    const { dataFolder, url } = await prepareDatabase(folder, sockets, binaries, user);
    await stopLeftover(dataFolder);
    const server = await startServer({
      binaries,
      dataFolder,
      socketFolder: sockets,
      user,
      settings: { unix_socket_permissions: '0700' },
      startTimeoutMs,
      onLog: () => undefined,
    });
    return {
      url,
      stop: async () => {
        try {
          await server.stop(stopLimitMs);
        } finally {
          remove();
        }
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
