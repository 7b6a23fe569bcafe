import { connect, type Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { irisRequest } from '../../iris.ts';
import type { PacedReport } from './paced.ts';

/**
 * The program behind `sendPaced`: sends requests at a fixed rate, whether or not those before are answered, and prints
 * what it saw. It is a process of its own that keeps numbers alone, so that pauses of its memory are not counted as the
 * server's.
 * Arguments: address, requests a second, milliseconds.
 */
const [url = '', rate = '', duration = ''] = process.argv.slice(2);
const target = new URL(url);
const [perSecond, durationMs] = [Number(rate), Number(duration)];
const { path, body, check } = irisRequest;
const text = `POST ${path} HTTP/1.1\r\nHost: ${target.host}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const requestBytes = Buffer.from(text);
const connectionsMax = 64;

/** The answer that was checked; all others must be the same. */
let expected: string | null = null;
const durations: number[] = [];
let wrong = 0;
let firstWrong: string | null = null;
const free: Client[] = [];
const waiting: number[] = [];
let clients = 0;

/** One connection, with one request on it at a time. */
class Client {
  private readonly socket: Socket = connect(Number(target.port), target.hostname).setNoDelay();
  private dueMs = 0;
  private received = '';

  constructor() {
    this.socket.on('data', (chunk) => this.receive(chunk));
    this.socket.on('error', (error) => fail(error));
  }

  send(dueMs: number): void {
    this.dueMs = dueMs;
    this.socket.write(requestBytes);
  }

  private receive(chunk: Buffer): void {
    this.received += chunk.toString('latin1');
    const headEnd = this.received.indexOf('\r\n\r\n');
    const length = /\r\ncontent-length: (\d+)/i.exec(this.received)?.[1];
    if (headEnd < 0 || length === undefined || this.received.length < headEnd + 4 + Number(length)) return;
    const answer = this.received.slice(headEnd + 4);
    const isAnswered = this.received.startsWith('HTTP/1.1 200');
    if (isAnswered && expected === null && check(answer) === null) expected = answer;
    else if (!isAnswered || expected !== answer) {
      wrong += 1;
      firstWrong ??= `after ${Math.round(performance.now() - beganMs)} ms: ${this.received.slice(0, 500)}`;
    }
    this.received = '';
    durations.push(performance.now() - this.dueMs);
    const next = waiting.shift();
    if (next === undefined) free.push(this);
    else this.send(next);
  }
}

function fail(error: Error): void {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
}

function request(dueMs: number): void {
  const client = free.pop();
  if (client !== undefined) client.send(dueMs);
  else if (clients < connectionsMax) {
    clients += 1;
    new Client().send(dueMs);
  } else waiting.push(dueMs);
}

const delay = monitorEventLoopDelay({ resolution: 1 });
const beganMs = performance.now();
/** The first second opens connections and warms this program up, and is not counted. */
const warmUpMs = 1_000;
let sent = 0;
let isWarm = false;
for (let nowMs = 0; nowMs < durationMs + warmUpMs; nowMs = performance.now() - beganMs) {
  if (!isWarm && nowMs >= warmUpMs) {
    isWarm = true;
    durations.length = 0;
    delay.enable();
  }
  for (; sent < (nowMs * perSecond) / 1_000; sent += 1) request(beganMs + (sent * 1_000) / perSecond);
  await sleep(1);
}
while (clients > free.length) await sleep(5);
const sorted = Float64Array.from(durations).toSorted();
const at = (share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
const report: PacedReport = {
  answered: sorted.length,
  wrong,
  firstWrong,
  p50Ms: at(0.5),
  p99Ms: at(0.99),
  longestMs: at(1),
  ownDelayMs: delay.max / 1e6,
};
process.stdout.write(JSON.stringify(report));
process.exit(0);
