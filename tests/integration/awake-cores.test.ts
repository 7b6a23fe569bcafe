import { closeSync, openSync, readSync } from 'node:fs';
import { Agent } from 'node:http';
import { cpus } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { irisRequest } from '../iris.ts';
import { startPlatform, until, type Platform } from '../start-platform.ts';
import { sendOnce } from '../steady-load.ts';

const device = '/dev/cpu_dma_latency';

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
  await until('the iris model answers', 60_000, async () => (await ask(new Agent())) === 'answered');
});
afterAll(async () => platform?.stop());

async function ask(agent: Agent): Promise<string> {
  return (await sendOnce(platform.gatewayUrl, irisRequest, agent)).kind;
}

/** What Linux holds to at this moment, of all that was asked of it, µs; null where this user may not know. */
function latencyUs(): number | null {
  let descriptor: number;
  try {
    descriptor = openSync(device, 'r+');
  } catch (error) {
    console.log(`not seen by Linux itself: ${String(error)}`);
    return null;
  }
  const bytes = Buffer.alloc(4);
  readSync(descriptor, bytes, 0, 4, 0);
  closeSync(descriptor);
  return bytes.readInt32LE();
}

async function isSaidToHold(): Promise<boolean> {
  const text = await (await fetch(`${platform.metricsUrl}/metrics`)).text();
  const value = /^cluster_ai_gateway_cores_kept_awake ([01])$/m.exec(text)?.[1];
  if (value === undefined) throw new Error(`no figure of the cores in:\n${text}`);
  return value === '1';
}

test('while requests follow closely Linux is told to keep the cores awake, and afterwards no longer', async () => {
  const before = latencyUs();
  const canHold = before !== null && cpus().length <= 16;
  expect(await isSaidToHold()).toBe(false);
  const agent = new Agent({ keepAlive: true });
  const startedAtMs = performance.now();
  let sent = 0;
  let isLoaded = true;
  const clients = Array.from({ length: 16 }, async () => {
    while (isLoaded) {
      expect(await ask(agent)).toBe('answered');
      sent += 1;
    }
  });
  try {
    if (canHold) {
      await until('the cores are kept awake', 30_000, isSaidToHold);
      expect(latencyUs()).toBeLessThanOrEqual(3);
    } else {
      await until('2,000 requests were answered', 30_000, () => sent > 2_000);
      expect(await isSaidToHold()).toBe(false);
    }
  } finally {
    isLoaded = false;
    await Promise.all(clients);
    agent.destroy();
  }
  console.log(
    `${sent} requests, ${((sent * 1_000) / (performance.now() - startedAtMs)).toFixed(0)} a second; held: ${canHold}`,
  );
  await until('they may sleep again', 10_000, async () => !(await isSaidToHold()) && latencyUs() === before);
});
