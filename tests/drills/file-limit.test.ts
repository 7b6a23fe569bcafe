import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addModel } from '../integration/control-plane/test-models.ts';
import { irisRequest } from '../iris.ts';
import { isGreen, pause, startPlatform, until, type Platform } from '../start-platform.ts';
import { findProcess } from './processes.ts';
import { PlatformClient, sha256 } from './platform-client.ts';

const spareDescriptors = 8;
const floodConnections = 60;
const uploads = 8;

/** Whole programs whose limit of open files is set to little more than they have open, and a crowd that takes the rest. */
describe('no file descriptor left', () => {
  let platform: Platform;
  let control: PlatformClient;
  let gateway: PlatformClient;

  beforeAll(async () => {
    platform = await startPlatform();
    control = new PlatformClient(platform.controlUrl, platform.adminToken);
    gateway = new PlatformClient(platform.gatewayUrl, platform.adminToken);
  });
  afterAll(async () => {
    control?.close();
    gateway?.close();
    await platform?.stop();
  });

  it('connections that are open are served, others end at once, what needs a file says so, and all heals', async () => {
    const pids = {
      control: findProcess(platform.home, 'apps/control-plane/src/main.ts').pid,
      gateway: findProcess(platform.home, 'apps/gateway/src/main.ts').pid,
    };
    expect((await control.send('GET', '/api/v1/whoami')).status).toBe(200);
    expect((await predict(gateway)).status).toBe(200);
    const restore = [limitFiles(pids.control), limitFiles(pids.gateway)];
    const floods = [startFlood(platform.ports.control), startFlood(platform.ports.gateway)];
    const answers = [];
    try {
      await until('connections are refused', 20_000, () => floods.every(({ refused }) => refused() > floodConnections));
      for (let number = 0; number < uploads; number += 1) answers.push(await push(control, 100 + number));
      for (let count = 0; count < 20; count += 1) {
        const answer = await predict(gateway);
        expect([answer.status, irisRequest.check(answer.text)]).toEqual([200, null]);
      }
      await pause(2_000);
    } finally {
      for (const undo of restore) undo();
      for (const flood of floods) flood.stop();
    }
    const healedMs = await until('both are ready again', 30_000, async () => {
      return (await isGreen(`${platform.controlUrl}/readyz`)) && (await isGreen(`${platform.metricsUrl}/readyz`));
    });
    const statuses = answers.map(({ status }) => status);
    console.log(
      `no file descriptor left: ${floods.map(({ refused }) => refused()).join(' and ')} connections refused, the slowest after ` +
        `${Math.round(Math.max(...floods.map(({ slowestMs }) => slowestMs())))} ms; uploads ${statuses.join()}; ready again after ${Math.round(healedMs)} ms`,
    );
    expect(Math.max(...floods.map(({ slowestMs }) => slowestMs()))).toBeLessThan(10_000);
    expect(statuses).toContain(503);
    for (const { status, text } of answers) {
      expect([200, 503]).toContain(status);
      if (status === 503) {
        expect(JSON.parse(text)).toMatchObject({ code: 'OVERLOADED', fix: expect.stringContaining('open files') });
      }
    }
    expect((await push(control, 7)).status).toBe(200);
    // Nothing had to be started again.
    expect(findProcess(platform.home, 'apps/control-plane/src/main.ts').pid).toBe(pids.control);
    expect(findProcess(platform.home, 'apps/gateway/src/main.ts').pid).toBe(pids.gateway);
  });
});

function predict(gateway: PlatformClient) {
  return gateway.send('POST', irisRequest.path, JSON.parse(irisRequest.body));
}

/** Announces a model that is new and sends its file. @returns the answer to the file. */
async function push(control: PlatformClient, number: number) {
  const { path, bytes } = addModel(number);
  const files = [{ path, sha256: sha256(bytes), size: bytes.length }];
  const announced = await control.send('POST', '/api/v1/uploads', { model: 'limited', files });
  if (announced.status !== 201) return announced;
  const { id } = JSON.parse(announced.text) as { id: string };
  return control.send('PATCH', `/api/v1/uploads/${id}/files/${sha256(bytes)}?offset=0`, bytes);
}

/**
 * Little more may be opened than is open. Asked for as the user that the program runs as, who may always do that.
 * @returns brings the limit of before back.
 */
function limitFiles(pid: number): () => void {
  const { uid, gid } = statSync(`/proc/${pid}`);
  const prlimit = (...args: readonly string[]): string =>
    execFileSync('prlimit', ['--pid', String(pid), ...args], { encoding: 'utf8', uid, gid }).trim();
  const before = prlimit('--nofile', '--output', 'SOFT', '--noheadings', '--raw');
  const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
  // The lowest free numbers are given out first.
  const free = Array.from({ length: open.size + spareDescriptors + 1 }, (_, number) => number).filter(
    (number) => !open.has(number),
  );
  prlimit(`--nofile=${free[spareDescriptors] ?? open.size}:`);
  return () => void prlimit(`--nofile=${before}:`);
}

interface Flood {
  /** Connections that ended without an answer. */
  readonly refused: () => number;
  /** The longest that one had neither an answer nor an end, milliseconds. */
  readonly slowestMs: () => number;
  stop(): void;
}

/** Clients that ask one thing on a connection and keep it; whose connection ends tries again. */
function startFlood(port: number): Flood {
  let stopped = false;
  let refused = 0;
  let slowestMs = 0;
  const open = new Set<Socket>();
  const tryOnce = (): void => {
    if (stopped) return;
    const beganMs = performance.now();
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n'));
    open.add(socket);
    let answered = false;
    const waited = (): void => {
      slowestMs = Math.max(slowestMs, performance.now() - beganMs);
    };
    socket.once('data', () => {
      answered = true;
      waited();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      open.delete(socket);
      if (stopped) return;
      if (!answered) {
        waited();
        refused += 1;
      }
      setTimeout(tryOnce, 50);
    });
  };
  for (let count = 0; count < floodConnections; count += 1) tryOnce();
  return {
    refused: () => refused,
    slowestMs: () => slowestMs,
    stop: () => {
      stopped = true;
      for (const socket of open) socket.destroy();
    },
  };
}
