import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { linkSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SocketLock {
  release(): Promise<void>;
}

/** What the holder of a lock says about itself. */
export type HolderText = string;

export type LockResult =
  | { readonly held: true; readonly lock: SocketLock }
  | { readonly held: false; readonly holder: HolderText };

const attemptsMax = 10;
const answerTimeoutMs = 2_000;
const holderCharactersMax = 1_000;
/** Far longer than the moment in which `removeStale` holds a socket aside. */
const settleMs = 200;

/**
 * A lock that ends with its process: the holder listens on a unix socket at `path`, and tells whoever connects
 * `describe()`. Binding a path is atomic, so one process gets it. A socket that nobody answers was left by a process
 * that was killed, and is taken over. Several may try that at once and remove each other's new socket by mistake;
 * therefore a new holder waits a moment and looks whether it is still its own socket that answers.
 */
export async function takeSocketLock(path: string, describe: () => HolderText): Promise<LockResult> {
  const id = randomUUID();
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const server = await listen(path, () => `${id}\n${describe()}`);
    await sleep(settleMs);
    const answer = await ask(path);
    if (server !== null) {
      if (answer?.startsWith(id) === true) return { held: true, lock: { release: () => close(server) } };
      // The path is somebody else's by now. Closing would remove it, so the server stays open until the process ends.
      server.unref();
    } else if (answer !== null) {
      return { held: false, holder: textOf(answer) };
    } else {
      await removeStale(path);
    }
  }
  throw new Error(`the lock ${path} changes hands faster than it can be read`);
}

/** What the holder says about itself, or null when nobody holds the lock. */
export async function askHolder(path: string): Promise<HolderText | null> {
  const answer = await ask(path);
  return answer === null ? null : textOf(answer);
}

function textOf(answer: string): HolderText {
  return answer.slice(answer.indexOf('\n') + 1);
}

async function ask(path: string): Promise<string | null> {
  const socket = connect(path);
  socket.setTimeout(answerTimeoutMs, () => socket.destroy(new Error('the holder does not answer')));
  let text = '';
  try {
    await once(socket, 'connect');
    for await (const chunk of socket.setEncoding('utf8')) text = (text + String(chunk)).slice(0, holderCharactersMax);
    return text;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return null;
    // It accepted or cannot be asked: somebody holds it.
    return text;
  } finally {
    socket.destroy();
  }
}

async function listen(path: string, describe: () => HolderText): Promise<Server | null> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(describe());
  });
  try {
    server.listen(path);
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return null;
    throw error;
  }
}

/** Moves the socket aside before it is removed: if another process took the lock in between, its socket is put back. */
async function removeStale(path: string): Promise<void> {
  const aside = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    renameSync(path, aside);
    if ((await ask(aside)) !== null) linkSync(aside, path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // Another process removed or replaced it first; the next attempt sees what is there now.
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
