import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { irisRequest } from '../iris.ts';
import { addModel } from '../integration/control-plane/test-models.ts';
import { pause, startPlatform, until, type Platform } from '../start-platform.ts';
import { countKinds, startSteadyLoad } from '../steady-load.ts';
import { PlatformClient, sha256 } from './platform-client.ts';
import { limitDisk } from './rounds/limited-disk.ts';
import type { LimitedDisk } from './rounds/limited-disk.ts';

const diskMegabytes = 400;

/** The whole data folder on a disk of its own, which is filled to the last byte under load. */
describe('a full disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-full-'));
  let disk: LimitedDisk;
  let platform: Platform;
  let client: PlatformClient;

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    disk = limitDisk(join(folder, 'home'), diskMegabytes);
    platform = await startPlatform({ home: disk.folder });
    client = new PlatformClient(platform.controlUrl, platform.adminToken);
  });
  afterAll(async () => {
    client?.close();
    disk?.clear();
    await platform?.stop();
    disk?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('predictions go on, what needs room is refused with what to do, nothing half is taken, and all heals', async () => {
    const weights = randomBytes(3_000_000);
    const model = addModel(5);
    const files = [
      { path: model.path, sha256: sha256(model.bytes), size: model.bytes.length },
      { path: 'weights.bin', sha256: sha256(weights), size: weights.length },
    ];
    const announced = await client.send('POST', '/api/v1/uploads', { model: 'filling', files });
    const upload = `/api/v1/uploads/${(JSON.parse(announced.text) as { id: string }).id}`;
    const partOf = (offset: number): string => `${upload}/files/${sha256(weights)}?offset=${offset}`;
    expect((await client.send('PATCH', partOf(0), weights.subarray(0, 1_000_000))).status).toBe(200);
    const supervisor = platform.supervisor.pid;

    const load = startSteadyLoad(platform.gatewayUrl, irisRequest, { clients: 4, pauseMs: 10 });
    disk.fill();
    const refused = await client.send('PATCH', partOf(1_000_000), weights.subarray(1_000_000));
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([
      507,
      { code: 'STORAGE_FULL', fix: expect.stringContaining('free some space') },
    ]);
    const incomplete = await client.send('POST', `${upload}/commit`);
    expect([409, 503, 507]).toContain(incomplete.status);
    const { acknowledged, uncertain, answers } = await writeAliases(client);
    for (const { status, text } of answers) {
      expect([200, 503, 507]).toContain(status);
      if (status === 200) continue;
      expect(JSON.parse(text)).toMatchObject({
        code: expect.any(String),
        detail: expect.stringMatching(/nothing was written|may or may not be kept/),
      });
    }
    await pause(3_000);
    disk.clear();

    const healedMs = await until('writes work again', 60_000, async () => {
      return (await client.send('PUT', '/api/v1/models/iris/aliases/after', { version: 1 })).status === 200;
    });
    const counts = countKinds(await load.stop());
    const refusals = answers.filter(({ status }) => status !== 200);
    console.log(
      `disk full: predictions ${JSON.stringify(counts)}; ${answers.length} writes, ${refusals.length} refused ` +
        `(${[...new Set(refusals.map(({ status }) => status))].join()}); writes again after ${Math.round(healedMs)} ms`,
    );
    expect(counts).toMatchObject({ wrong: 0, lost: 0, refused: 0, error: 0 });
    expect(counts.answered).toBeGreaterThan(50);
    expect(platform.supervisor.exitCode).toBeNull();
    expect(platform.supervisor.pid).toBe(supervisor);
    await expectNothingLost(client, acknowledged, uncertain);
    await finishUpload(client, upload, { weights, model: model.bytes });
    expect(readFileSync(join(disk.folder, 'logs/control-plane.log'), 'utf8')).toContain('bytes of this log were lost');
  });
});

async function writeAliases(client: PlatformClient): Promise<{
  acknowledged: string[];
  uncertain: string[];
  answers: { status: number; text: string }[];
}> {
  const acknowledged: string[] = [];
  const uncertain: string[] = [];
  const answers: { status: number; text: string }[] = [];
  for (let index = 0; index < 20; index += 1) {
    const alias = `full-${index}`;
    const { status, text } = await client.send('PUT', `/api/v1/models/iris/aliases/${alias}`, { version: 1 });
    answers.push({ status, text });
    if (status === 200) acknowledged.push(alias);
    else if (text.includes('may or may not')) uncertain.push(alias);
  }
  return { acknowledged, uncertain, answers };
}

async function expectNothingLost(
  client: PlatformClient,
  acknowledged: readonly string[],
  uncertain: readonly string[],
): Promise<void> {
  const { text } = await client.send('GET', '/api/v1/models/iris');
  const { aliases } = JSON.parse(text) as { aliases: Record<string, number> };
  const found = Object.keys(aliases).filter((alias) => alias.startsWith('full-'));
  expect(found.filter((alias) => !uncertain.includes(alias)).toSorted()).toEqual(acknowledged.toSorted());
  const audit = await client.send('GET', '/api/v1/audit/verification');
  expect(JSON.parse(audit.text)).toMatchObject({ intact: true });
}

/** The upload that the full disk stopped goes on where it was. */
async function finishUpload(
  client: PlatformClient,
  upload: string,
  bytes: { readonly weights: Uint8Array; readonly model: Uint8Array },
): Promise<void> {
  const { text } = await client.send('GET', upload);
  const found = JSON.parse(text) as { files: { receivedBytes: number; sha256: string }[] };
  for (const content of [bytes.model, bytes.weights]) {
    const digest = sha256(content);
    const offset = found.files.find((file) => file.sha256 === digest)?.receivedBytes ?? 0;
    const path = `${upload}/files/${digest}?offset=${offset}`;
    const sent = await client.send('PATCH', path, content.subarray(offset));
    expect([sent.status, sent.text]).toEqual([200, expect.any(String)]);
  }
  const committed = await client.send('POST', `${upload}/commit`);
  expect([committed.status, committed.text]).toEqual([201, expect.any(String)]);
}
