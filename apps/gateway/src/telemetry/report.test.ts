import type { IncomingMessage, ServerResponse } from 'node:http';
import { sentReportSchema, type SentReport } from '@cluster-ai/contract/telemetry.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { startFakeHttpServer, type FakeHttpServer } from '@cluster-ai/testkit/fake-http-server.ts';
import type { LogLevel } from '@cluster-ai/platform/log/log.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { snapshotKey } from '@cluster-ai/testkit/snapshot-models.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ControlAddresses } from '../control/control-addresses.ts';
import { KeyUses } from '../limits/key-uses.ts';
import { Reporter } from './report.ts';
import { VariantStats } from './variant-stats.ts';

const iris = new VariantStats('iris', 'iris@1');
/** The 20,000th day since 1970, at noon. */
const today = 20_000.5 * 86_400_000;
const unrouted = new VariantStats('', '');

let server: FakeHttpServer;
let reports: SentReport[];
let answer: (response: ServerResponse) => void;
let inFlight: number;
let log: MemoryLog;
let levels: LogLevel[];
let uses: KeyUses;
let reporter: Reporter;

beforeEach(async () => {
  reports = [];
  inFlight = 0;
  log = new MemoryLog();
  levels = [];
  uses = new KeyUses(new FakeClock(today));
  answer = (response) => response.end('{"accepted":true}');
  server = await startFakeHttpServer((request, response) => void receive(request, response));
  reporter = new Reporter({
    control: new ControlAddresses([server.url], log),
    token: () => 'join',
    log,
    stats: () => [iris, unrouted],
    routes: () => [],
    uses,
    onLogLevel: (level) => levels.push(level),
    describe: () => ({
      gateway: 'gateway-1',
      programVersion: '1',
      pid: 1,
      startedAtMs: 0,
      httpUrl: 'http://127.0.0.1:8000',
      applied: null,
      ready: true,
      reasons: [],
      models: [],
      runners: [],
      inFlight,
      queued: 0,
      rssBytes: 1,
    }),
  });
});

afterEach(async () => {
  reporter.stop();
  await server.close();
});

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  reports.push(sentReportSchema.parse(JSON.parse(text)));
  answer(response);
}

test('the first report comes soon, in the agreed form, and names no traffic but that of routes', async () => {
  reporter.start();
  await vi.waitFor(() => expect(reports).toHaveLength(1), 1_500);
  expect(reports[0]?.traffic.map(({ route }) => route)).toEqual(['iris']);
  expect(server.requests).toEqual(['POST /api/v1/fleet/report']);
});

test('the first report carries all counters, the next ones what has changed, unless all are asked for', async () => {
  answer = (response) => response.end(`{"accepted":true,"wantsAllCounters":${String(reports.length === 2)}}`);
  reporter.start();
  for (let count = 1; count <= 3; count += 1) {
    await vi.waitFor(() => expect(reports).toHaveLength(count), 1_500);
    // Its answer must have been read before the next one is asked for.
    await new Promise((resolve) => setTimeout(resolve, 100));
    reporter.changed();
  }
  const counters = reports.map((report) => report.counters);
  expect(counters.map((each) => [each?.complete, each?.variants.length])).toEqual([
    [true, 2],
    [false, 0],
    [true, 2],
  ]);
  expect(counters[1]?.elapsedMs).toBeGreaterThan(counters[0]?.elapsedMs ?? 0);
});

test('a change is reported at once, also one that happens while a report is on its way', async () => {
  const held: ServerResponse[] = [];
  answer = (response) => held.push(response);
  reporter.start();
  await vi.waitFor(() => expect(held).toHaveLength(1), 1_500);
  inFlight = 7;
  reporter.changed();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(reports).toHaveLength(1);
  answer = (response) => response.end('{"accepted":true}');
  held[0]?.end('{"accepted":true}');
  await vi.waitFor(() => expect(reports.at(-1)?.inFlight).toBe(7), 1_500);
});

test('the answer says what the log should write; that of an older control plane says nothing', async () => {
  answer = (response) =>
    response.end(reports.length === 1 ? '{"accepted":true}' : '{"accepted":true,"logLevel":"debug"}');
  reporter.start();
  await vi.waitFor(() => expect(reports).toHaveLength(1), 1_500);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(levels).toEqual([]);
  reporter.changed();
  await vi.waitFor(() => expect(levels).toEqual(['debug']), 1_500);
});

test('a control plane that refuses is told of once, and reported to again', async () => {
  answer = (response) => response.writeHead(500).end('broken');
  reporter.start();
  await vi.waitFor(() => expect(reports.length).toBeGreaterThanOrEqual(1), 1_500);
  reporter.changed();
  await vi.waitFor(() => expect(reports.length).toBeGreaterThanOrEqual(2), 1_500);
  await vi.waitFor(
    () => expect(log.messages('warn')).toEqual([expect.stringContaining('does not take reports')]),
    1_500,
  );
});

test('nothing is sent after the stop', async () => {
  reporter.start();
  reporter.stop();
  reporter.changed();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(reports).toEqual([]);
});

test('keys are reported when their use has changed, until it was heard, and the answer tells of the others', async () => {
  const [key] = uses.replace([snapshotKey('k', { dailyQuota: 100 })]);
  if (key === undefined) throw new Error('one key was given');
  key.lastUsedMs = today;
  key.count(today);
  answer = (response) => {
    response.statusCode = 503;
    response.end();
  };
  reporter.start();
  await vi.waitFor(() => expect(reports).toHaveLength(1));
  answer = (response) =>
    response.end(JSON.stringify({ accepted: true, keyUsage: { day: 20_000, used: { [key.id]: 41 } } }));
  reporter.changed();
  await vi.waitFor(() => expect(key.used).toBe(41));
  reporter.changed();
  await vi.waitFor(() => expect(reports.length).toBeGreaterThan(2));
  const told = { key: key.id, day: 20_000, requests: 1, lastUsedMs: today };
  expect(reports.map(({ keyUsage }) => keyUsage).slice(0, 3)).toEqual([[told], [told], []]);
});
