import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRelease, writeRelease, type Release } from '../../tools/release/release-manifest.ts';
import { cli } from '../run-cli.ts';
import { pause, repository, startPlatform, type Platform } from '../start-platform.ts';
import { startEngine, type Engine } from './engine/engine.ts';
import { pushFaultyGateway } from './pipeline/faulty-image.ts';
import { startFlowerClients, type Answered, type FlowerClients } from './pipeline/flower-clients.ts';
import { describeInstallation, type Installation } from './pipeline/installation.ts';
import { pushRelease } from './pipeline/release-images.ts';
import { startRegistry, type Registry } from './pipeline/registry.ts';

let folder = '';
let engine: Engine;
let registry: Registry;
let platform: Platform;
let key = '';
let staging: Installation;
let production: Installation;
let clients: FlowerClients;
const fileOf = (version: string): string => join(folder, `release-${version}.json`);

/** One of the doors, as make calls it. @returns its exit code and all that it printed. */
async function door(...words: readonly string[]): Promise<{ code: number | null; printed: string }> {
  const child = spawn(process.execPath, ['tools/release.ts', ...words], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      process.stdout.write(text);
    });
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, printed };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cluster-ai-pipeline-'));
  engine = await startEngine();
  // The doors are called as a person would: with the engine of the environment. Debian's docker comes first.
  Object.assign(process.env, engine.environment, { PATH: `/usr/bin:${process.env['PATH']}` });
  registry = await startRegistry();
  const hostAddress = engine.docker('network', 'inspect', 'bridge', '--format', '{{(index .IPAM.Config 0).Gateway}}');
  platform = await startPlatform({
    flags: ['--host', '0.0.0.0'],
    env: {
      CLUSTER_AI_CONTROL_PLANE_HTTP_PLAINTEXT: 'allowed',
      CLUSTER_AI_CONTROL_PLANE_HTTP_ALLOWED_HOSTS: hostAddress,
      CLUSTER_AI_GATEWAY_HTTP_PLAINTEXT: 'allowed',
    },
  });
  const keyFile = join(folder, 'key');
  key = (await cli(platform, 'key', 'create', 'pipeline')).trim();
  writeFileSync(keyFile, key, { mode: 0o600 });
  // Containers read it as a user of their own.
  const tokenFile = join(folder, 'gateway-token');
  writeFileSync(tokenFile, readFileSync(join(platform.home, 'gateway-token')), { mode: 0o444 });
  const common = { folder, platform, hostAddress, keyFile, tokenFile };
  staging = await describeInstallation({ ...common, name: 'staging', after: null });
  production = await describeInstallation({ ...common, name: 'production', after: staging.targetFile });
  const first = await pushRelease(engine, registry, '1.0.0');
  await writeRelease(fileOf('1.0.0'), first);
  const next = await pushRelease(engine, registry, '1.1.0');
  // With the front door as it is: it has no second beside it, so replacing it would be felt.
  await writeRelease(fileOf('1.1.0'), { ...next, images: { ...next.images, dashboard: first.images.dashboard } });
  const images = { ...first.images, gateway: pushFaultyGateway(engine, first.images.gateway) };
  await writeRelease(fileOf('1.2.0'), { ...first, version: '1.2.0', images });
});

afterAll(async () => {
  await clients?.stop();
  await platform?.stop();
  await registry?.stop();
  await engine?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const promote = (version: string, { targetFile }: Installation) =>
  door('promote', '--release', fileOf(version), '--target', targetFile);
const canary = (version: string) => door('canary', '--release', fileOf(version), '--target', production.targetFile);

const wrong = (answers: readonly Answered[]): readonly Answered[] => answers.filter(({ status }) => status !== 200);

test('a release that staging has not passed does not reach production', async () => {
  const { code, printed } = await canary('1.1.0');
  expect(code).toBe(1);
  expect(printed).toContain('has not passed');
});

test('an image by its tag is refused', async () => {
  const release = JSON.parse(readFileSync(fileOf('1.1.0'), 'utf8')) as Release;
  const tagged = { ...release, images: { ...release.images, gateway: `${registry.prefix}cluster-ai/gateway:1.1.0` } };
  writeFileSync(fileOf('tagged'), JSON.stringify(tagged));
  const { code, printed } = await promote('tagged', staging);
  expect(code).toBe(1);
  expect(printed).toContain('names no digest');
});

test('the first release passes both targets', async () => {
  expect((await promote('1.0.0', staging)).code).toBe(0);
  expect((await promote('1.0.0', production)).code).toBe(0);
});

test('a good release gets all of the requests, step by step, and no client notices', async () => {
  expect((await promote('1.1.0', staging)).code).toBe(0);
  clients = startFlowerClients({ url: production.url, key, clients: 12, pauseMs: 30 });
  await pause(2_000);
  const before = clients.answers.length;
  const { code, printed } = await canary('1.1.0');
  expect(code).toBe(0);
  for (const percent of [5, 25, 50, 100]) expect(printed).toContain(`shifted, ${percent} % of the requests`);
  const answers = clients.answers.slice(before);
  const repeated = answers.filter((answer) => answer.repeated).length;
  console.log(
    `a good release: ${answers.length} requests while it came, ${wrong(answers).length} without their answer, ${repeated} sent twice because nginx closed the connection`,
  );
  expect(wrong(answers)).toEqual([]);
  expect(answers.length).toBeGreaterThan(1_000);
  // Seven times nginx reads its settings again, with twelve clients.
  expect(repeated).toBeLessThan(answers.length / 100);
  expect(runningGateways()).toEqual(new Set([(await readRelease(fileOf('1.1.0'))).images.gateway]));
});

test('a release that fails one request in twenty is taken back by itself, and clients see its share only', async () => {
  // What it does wrong is nothing that the checks of staging ask for.
  expect((await promote('1.2.0', staging)).code).toBe(0);
  const before = clients.answers.length;
  const { code, printed } = await canary('1.2.0');
  expect(code).toBe(1);
  const [, noticed, back] = /Noticed after ([\d.]+) s, rolled back in ([\d.]+) s/.exec(printed) ?? [];
  const during = clients.answers.slice(before);
  await pause(1_000);
  const afterwards = clients.answers.length;
  await pause(5_000);
  const after = clients.answers.slice(afterwards);
  const share = wrong(during).length / during.length;
  console.log(
    `a bad release: noticed after ${noticed} s, rolled back in ${back} s; ${wrong(during).length} of ${during.length} requests failed meanwhile (${(share * 100).toFixed(2)} %), ${wrong(after).length} of ${after.length} afterwards`,
  );
  expect(Number(noticed)).toBeLessThan(600);
  expect(Number(back)).toBeLessThan(120);
  // Never the setosas that staging asks for, and never more than the canary's 5 % of the virginicas' 5 %, with room.
  expect(wrong(during).filter(({ label }) => label === 0)).toEqual([]);
  expect(share).toBeLessThan(0.02);
  expect(wrong(after)).toEqual([]);
  expect(runningGateways()).toEqual(new Set([(await readRelease(fileOf('1.1.0'))).images.gateway]));
});

test('the record says what happened, and proves itself', async () => {
  const { code, printed } = await door('history', '--target', production.targetFile);
  expect(code).toBe(0);
  expect(printed).toMatch(/1\.1\.0 promoted, [^\n]*\n(?:[^\n]*\n)*[^\n]*1\.2\.0 rolled-back, at \d+ %/);
  const text = readFileSync(production.recordFile, 'utf8');
  writeFileSync(production.recordFile, text.replace('1.1.0', '1.1.1'));
  expect((await door('history', '--target', production.targetFile)).printed).toContain(
    'does not follow the line before',
  );
  writeFileSync(production.recordFile, text);
});

test('by hand: the release before comes back, and the time is told', async () => {
  const { code, printed } = await door('rollback', '--target', production.targetFile);
  expect(code).toBe(0);
  expect(printed).toMatch(/1\.1\.0: withdrawn, 1\.0\.0 serves again after [\d.]+ s/);
  expect(runningGateways()).toEqual(new Set([(await readRelease(fileOf('1.0.0'))).images.gateway]));
});

/** Images of the gateways that run in production. */
function runningGateways(): ReadonlySet<string> {
  const filter = ['--filter', 'label=com.docker.compose.project=pipeline-production'];
  const lines = engine
    .docker('ps', ...filter, '--format', '{{.Label "com.docker.compose.service"}} {{.ID}}')
    .split('\n')
    .filter((line) => line.startsWith('inference-gateway'));
  return new Set(
    lines.map((line) => engine.docker('inspect', '--format', '{{.Config.Image}}', line.split(' ')[1] ?? '')),
  );
}
