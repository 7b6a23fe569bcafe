import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { loadRoute, unloadRoute } from '@cluster-ai/contract/api/routes.ts';
import { tableModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPlatform, until, type Platform } from '../start-platform.ts';

let models: string;
let platform: Platform;

beforeAll(async () => {
  models = await mkdtemp(join(tmpdir(), 'cluster-ai-mapped-'));
  await mkdir(join(models, 'table/1'), { recursive: true });
  // 25 MB.
  await writeFile(join(models, 'table/1/model.onnx'), tableModel(100_000).bytes);
  // Under root another user reads it.
  await chmod(models, 0o755);
  platform = await startPlatform({ modelRepository: models, examples: false });
  await untilReady(true);
});
afterAll(async () => {
  await platform?.stop();
  await rm(models, { recursive: true, force: true });
});

async function untilReady(wanted: boolean): Promise<void> {
  const ready = async (): Promise<boolean> => (await fetch(`${platform.gatewayUrl}/v2/models/table/ready`)).ok;
  await until(`the model is ${wanted ? '' : 'not '}ready`, 60_000, async () => (await ready()) === wanted, 20);
}

async function loadAgain(): Promise<void> {
  const admin = { baseUrl: platform.controlUrl, token: platform.adminToken, timeoutMs: 30_000 };
  await callEndpoint(admin, unloadRoute, { params: { name: 'table' } });
  await untilReady(false);
  await callEndpoint(admin, loadRoute, { params: { name: 'table' } });
  await untilReady(true);
}

/** The first number of a row is the number of the row. */
async function firstOfRow(row: number): Promise<unknown> {
  const response = await fetch(`${platform.gatewayUrl}/v2/models/table/infer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inputs: [{ name: 'x', datatype: 'INT64', shape: [1], data: [row] }] }),
  });
  const answer = (await response.json()) as { readonly outputs: readonly { readonly data: readonly number[] }[] };
  return answer.outputs[0]?.data[0];
}

/** Whether a process has the weights of the model in its memory as a file. */
function isMapped(): boolean {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => mapsOf(pid).split('\n'))
    .some((line) => line.includes(basename(platform.home)) && line.includes('.mapped/model.onnx.weights'));
}

function mapsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/maps`, 'utf8');
  } catch {
    // It has ended, or belongs to somebody else.
    return '';
  }
}

async function laidOut(): Promise<string[]> {
  const names = await readdir(join(platform.home, 'gateway-1/models'));
  return names.filter((name) => name.endsWith('.mapped'));
}

test('a model that comes back a second time is mapped into memory by its runner, and answers as before', async () => {
  expect(await firstOfRow(77_777)).toBe(77_777);
  await loadAgain();
  expect(await firstOfRow(77_777)).toBe(77_777);
  expect(isMapped()).toBe(false);
  await until('its weights lie apart', 30_000, async () => (await laidOut()).length === 1);
  await loadAgain();
  expect(isMapped()).toBe(true);
  expect(await firstOfRow(99_999)).toBe(99_999);
});
