import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { pause } from '../../start-platform.ts';
import { isAlive } from '../processes.ts';

// Whether a fault did what it was to do: a drill whose faults do nothing would pass every check. Each function says in a
// few words what is so now, or null when the fault had no effect.

const withinMs = 3_000;
const lookEveryMs = 20;
/** Whoever is well answers a probe of this machine far sooner. */
const silentAfterMs = 1_500;

/** Of processes that were killed, the first is the one that was meant. */
export async function whetherEnded(pids: readonly number[]): Promise<string | null> {
  const [pid = 0] = pids;
  return pid > 0 && (await comesAbout(() => !isAlive(pid))) ? `process ${pid} ended` : null;
}

/** All of them are stopped, but those that have ended; the first has not. */
export async function whetherStopped(pids: readonly number[]): Promise<string | null> {
  const [pid = 0] = pids;
  const areStopped = (): boolean =>
    stateOf(pid) === 'T' && pids.every((each) => stateOf(each) === 'T' || !isAlive(each));
  return pid > 0 && (await comesAbout(areStopped)) ? `process ${pid} stands still` : null;
}

export type Speaks = 'redis' | 'tls';

/** What a new connection meets where Redis or TLS is spoken. */
export type Met = 'answers' | 'ends' | 'is silent';

/** @param wanted what the fault was to bring about. */
export async function whetherMet(wanted: Met, port: number, speaks: Speaks): Promise<string | null> {
  const met = await meet(port, speaks);
  return met === wanted ? `port ${port} ${met}` : null;
}

function meet(port: number, speaks: Speaks): Promise<Met> {
  return new Promise((resolve) => {
    const socket = speaks === 'redis' ? ping(port) : handshake(port);
    const end = (met: Met): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(met);
    };
    const timer = setTimeout(end, silentAfterMs, 'is silent');
    socket.on('data', () => end('answers'));
    socket.on('secureConnect', () => end('answers'));
    socket.on('error', () => end('ends'));
    socket.on('close', () => end('ends'));
  });
}

function ping(port: number): Socket {
  const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
  return socket;
}

/** Nothing is sent but the handshake: whose certificate it is does not matter. */
function handshake(port: number): Socket {
  return connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
}

async function comesAbout(look: () => boolean): Promise<boolean> {
  const endMs = performance.now() + withinMs;
  while (!look()) {
    if (performance.now() > endMs) return false;
    await pause(lookEveryMs);
  }
  return true;
}

/** The letter of `/proc/<pid>/stat`; empty for a process that is gone. */
function stateOf(pid: number): string {
  try {
    return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
  } catch {
    // It has ended.
    return '';
  }
}
