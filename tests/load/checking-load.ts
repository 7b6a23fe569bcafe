import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { arrivalsMs } from './bench/arrivals.ts';
import type { CheckedLoad, CheckingLoad, StoredLoad } from './bench/checking-load.ts';
import { modelInferPath } from './bench/call-grpc.ts';
import { openGrpcLoadConnection } from './bench/grpc-load-connection.ts';
import { openHttpLoadConnection } from './bench/http-load-connection.ts';
import type { Exchange, LoadConnection } from './bench/load-connection.ts';
import { percentile } from './bench/statistics.ts';

/**
 * Sends stored requests over many connections, one at a time on each, and compares every answer byte for byte.
 * Argument: a CheckingLoad as JSON. Prints a CheckedLoad as JSON, or ends with an error at the first wrong answer.
 */
const load = JSON.parse(process.argv[2] ?? '') as CheckingLoad; // bench/checking-load.ts wrote it.
const stored = JSON.parse(readFileSync(load.file, 'utf8')) as StoredLoad; // The same.
const exchanges: readonly Exchange[] = stored.requests.map((request, index) => ({
  request: Buffer.from(request, 'base64'),
  answer: Buffer.from(stored.answers[index] ?? '', 'base64'),
}));
const latenciesMs: number[] = [];
const lateMs: number[] = [];
/** What comes before is checked and not counted: a program that has just begun is slow by itself. */
const warmUpMs = Math.min(500, load.seconds * 250);
let countsFromMs = 0;
let checked = 0;
/** An open load that the server does not keep up with ends: its latencies would be those of its own length. */
const waitingMax = 20_000;
let turn = 0;

function open(): Promise<LoadConnection> {
  if (stored.wire === 'HTTP') return openHttpLoadConnection(load.url);
  return openGrpcLoadConnection(load.url, modelInferPath);
}

/** @param dueMs when it should have been sent: the latency counts from there. */
function ask(connection: LoadConnection, dueMs: number, ended: () => void): void {
  const exchange = exchanges[turn % exchanges.length];
  turn += 1;
  if (exchange === undefined) throw new Error('there is no request');
  connection.send(exchange, (problem) => {
    if (problem !== null) throw new Error(`under load an answer was wrong: ${problem}`);
    checked += 1;
    if (dueMs >= countsFromMs) latenciesMs.push(performance.now() - dueMs);
    ended();
  });
}

async function closedLoad(connections: readonly LoadConnection[], endsAtMs: number): Promise<void> {
  await Promise.all(
    connections.map((connection) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const next = (): void => {
        const nowMs = performance.now();
        if (nowMs < endsAtMs) ask(connection, nowMs, next);
        else resolve();
      };
      next();
      return promise;
    }),
  );
}

/** Wakes this thread every half millisecond: its own timers know whole ones only, and to spin would cost a core. */
function wakeOften(onWake: () => void): () => Promise<number> {
  const beat = `
    const { parentPort } = require('node:worker_threads');
    const cell = new Int32Array(new SharedArrayBuffer(4));
    for (;;) { Atomics.wait(cell, 0, 0, 0.5); parentPort.postMessage(0); }`;
  const worker = new Worker(beat, { eval: true });
  worker.on('message', onWake);
  return () => worker.terminate();
}

async function openLoad(connections: readonly LoadConnection[], ratePerSecond: number): Promise<void> {
  const due = arrivalsMs(ratePerSecond, load.seconds, seededRandom(load.connections));
  const free = [...connections];
  const { promise, resolve } = Promise.withResolvers<void>();
  let sent = 0;
  /** Requests are due and every connection is taken: they wait for the server, not for this program. */
  let isFull = false;
  const startedAtMs = performance.now();
  const pump = (): void => {
    const nowMs = performance.now() - startedAtMs;
    for (let atMs = due[sent]; atMs !== undefined && atMs <= nowMs; atMs = due[sent]) {
      const connection = free.pop();
      if (connection === undefined) {
        isFull = true;
        break;
      }
      sent += 1;
      if (!isFull && atMs >= warmUpMs) lateMs.push(nowMs - atMs);
      ask(connection, startedAtMs + atMs, () => {
        free.push(connection);
        if (checked === due.length) resolve();
        else if (isFull) pump();
      });
    }
    if (free.length > 0) isFull = false;
    const lastMayBeDueMs = due[sent + waitingMax] ?? Number.POSITIVE_INFINITY;
    if (lastMayBeDueMs <= nowMs) throw new Error(`${waitingMax} requests wait: the server does not keep up`);
  };
  const stop = wakeOften(pump);
  await promise;
  await stop();
}

const connections = await Promise.all(Array.from({ length: load.connections }, open));
const startedAtMs = performance.now();
countsFromMs = startedAtMs + warmUpMs;
await (load.ratePerSecond === null
  ? closedLoad(connections, startedAtMs + load.seconds * 1_000)
  : openLoad(connections, load.ratePerSecond));
const elapsedMs = performance.now() - countsFromMs;
for (const connection of connections) connection.close();
const sorted = Float64Array.from(latenciesMs).toSorted();
const late = Float64Array.from(lateMs).toSorted();
const result: CheckedLoad = {
  requests: sorted.length,
  requestsPerSecond: (sorted.length * 1_000) / elapsedMs,
  p50Ms: percentile(sorted, 0.5),
  p99Ms: percentile(sorted, 0.99),
  p999Ms: percentile(sorted, 0.999),
  lateP50Ms: percentile(late, 0.5),
  lateP99Ms: percentile(late, 0.99),
  checked,
};
process.stdout.write(JSON.stringify(result));
