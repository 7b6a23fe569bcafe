import { setTimeout as sleep } from 'node:timers/promises';
import { irisRequest } from '../../iris.ts';
import { httpRequestBytes, openHttpLoadConnection } from '../bench/http-load-connection.ts';
import type { LoadConnection } from '../bench/load-connection.ts';
import type { PacedReport } from './paced.ts';

/**
 * The program behind `sendPaced`: sends requests at a fixed rate, whether or not those before are answered, and prints
 * what it saw. It is a process of its own that makes next to no objects, so that pauses of its memory are not counted as
 * the server's, and its own work takes as little as it can from the cores that are measured.
 * Arguments: address, requests a second (`max`: always 16 at once, as many as are answered), milliseconds.
 */
const [url = '', rate = '', duration = ''] = process.argv.slice(2);
const durationMs = Number(duration);
const connectionsMax = rate === 'max' ? 16 : 64;
/** More than any machine answers; what comes after is not kept. */
const requestsPerSecondMax = rate === 'max' ? 100_000 : Number(rate) + 1_000;

const durations = new Float64Array(Math.ceil((requestsPerSecondMax * durationMs) / 1_000));
let answered = 0;
let wrong = 0;
let firstWrong: string | null = null;
const beganMs = performance.now();

const { path, check } = irisRequest;
const request = { path, headers: { 'Content-Type': 'application/json' }, body: Buffer.from(irisRequest.body) };
/** The first answer is checked; all others must be the same. */
const first = await fetch(new URL(path, url), { method: 'POST', headers: request.headers, body: request.body });
const answer = Buffer.from(await first.arrayBuffer());
const fault = check(answer.toString());
if (!first.ok || fault !== null) throw new Error(`the first answer: ${first.status}, ${fault ?? answer.toString()}`);
const exchange = { request: httpRequestBytes(request), answer };

const free = await Promise.all(Array.from({ length: connectionsMax }, () => openHttpLoadConnection(url)));
/** When the requests were due for which there was no connection yet. */
const waiting: number[] = [];

function send(connection: LoadConnection, dueMs: number): void {
  connection.send(exchange, (problem) => {
    if (problem !== null) {
      wrong += 1;
      firstWrong ??= `after ${Math.round(performance.now() - beganMs)} ms: ${problem}`;
    }
    if (answered < durations.length) durations[answered] = performance.now() - dueMs;
    answered += 1;
    const next = rate === 'max' ? performance.now() : waiting.shift();
    if (next === undefined) free.push(connection);
    else send(connection, next);
  });
}

function ask(dueMs: number): void {
  const connection = free.pop();
  if (connection === undefined) waiting.push(dueMs);
  else send(connection, dueMs);
}

/** The longest time for which this program did not come to its turn, milliseconds. */
let ownDelayMs = 0;
/** The first second warms this program up, and is not counted. */
const warmUpMs = 1_000;
let sent = 0;
let isWarm = false;
const startMs = performance.now();
if (rate === 'max') while (free.length > 0) ask(startMs);
for (let nowMs = 0; nowMs < durationMs + warmUpMs;) {
  if (!isWarm && nowMs >= warmUpMs) {
    isWarm = true;
    answered = 0;
    ownDelayMs = 0;
  }
  if (rate !== 'max') {
    for (; sent < (nowMs * Number(rate)) / 1_000; sent += 1) ask(startMs + (sent * 1_000) / Number(rate));
  }
  await sleep(1);
  const laterMs = performance.now() - startMs;
  ownDelayMs = Math.max(ownDelayMs, laterMs - nowMs - 1);
  nowMs = laterMs;
}
if (rate !== 'max') while (free.length < connectionsMax) await sleep(5);
const sorted = durations.slice(0, answered).toSorted();
const at = (share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
const report: PacedReport = {
  answered,
  wrong,
  firstWrong,
  p50Ms: at(0.5),
  p99Ms: at(0.99),
  longestMs: at(1),
  ownDelayMs,
};
process.stdout.write(JSON.stringify(report));
process.exit(0);
