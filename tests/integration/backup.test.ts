import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { dataFolderEntries } from '@cluster-ai/cli/backup/description.ts';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { createKey as makeKey, revokeKey } from '@cluster-ai/contract/api/keys.ts';
import { listGateways } from '@cluster-ai/contract/api/system.ts';
import { inviteUser, listUsers } from '@cluster-ai/contract/api/users.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { irisRequest } from '../iris.ts';
import { cli, runCli } from '../run-cli.ts';
import { startGateway } from '../start-gateway.ts';
import type { GatewayProcess } from '../start-gateway.ts';
import { repository, startPlatform, until } from '../start-platform.ts';
import type { Platform } from '../start-platform.ts';

const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-backup-'));
// The system user of `up` must be able to pass through it.
chmodSync(folder, 0o755);
const keyFile = join(folder, 'backup.key');
const file = join(folder, 'first.backup');
const iris = join(repository, 'models/iris');

let platform: Platform;
/** Follows the control plane from elsewhere, and is never stopped here. */
let gateway: GatewayProcess | undefined;
const client = () => ({ baseUrl: platform.controlUrl, token: platform.adminToken, timeoutMs: 30_000 });
const kept = { id: '', secret: '' };
const later = { id: '', secret: '' };

beforeAll(async () => {
  writeFileSync(keyFile, 'kept where the backups are not\n', { mode: 0o600 });
  platform = await startPlatform({ home: join(folder, 'home'), examples: false });
  gateway = await startGateway({
    name: 'elsewhere',
    controlUrl: platform.controlUrl,
    tokenFile: join(platform.home, 'gateway-token'),
    settings: { AUTH: 'required' },
  });
  await cli(platform, 'model', 'push', 'iris', join(iris, '1'));
  Object.assign(kept, await createKey('kept'));
});

afterAll(async () => {
  await gateway?.stop();
  await platform.stop();
  rmSync(folder, { recursive: true });
});

async function predictWith(secret: string): Promise<number> {
  const answer = await fetch(`${gateway?.url ?? ''}/v2/models/iris/infer`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: irisRequest.body,
  });
  await answer.arrayBuffer();
  return answer.status;
}

async function createKey(name: string): Promise<{ id: string; secret: string }> {
  const { key, secret, snapshotVersion } = await callEndpoint(client(), makeKey, {
    body: { name, actions: ['infer'] },
  });
  await follows('it knows the key', ({ version }) => version >= snapshotVersion);
  return { id: key.id, secret };
}

/** Unknown keys lock their caller out, so a key is tried once the gateway should know of it. */
async function follows(what: string, is: (snapshot: { epoch: string; version: number }) => boolean): Promise<void> {
  const tookMs = await until(`the gateway follows: ${what}`, 20_000, async () => is(await applied()), 100);
  console.log(`the gateway follows after ${tookMs.toFixed(0)} ms: ${what}`);
}

/** The snapshot that the gateway answers from. */
async function applied(): Promise<{ epoch: string; version: number }> {
  const { items } = await callEndpoint(client(), listGateways, {});
  return items.find(({ gateway: name }) => name === 'elsewhere')?.report.applied ?? { epoch: '', version: -1 };
}

/** What `restore -o json` prints. */
function printed(text: string): { readonly epoch: string } {
  return JSON.parse(text) as { readonly epoch: string };
}

test('every entry of the data folder is in the backup, or named as left out', () => {
  expect(readdirSync(platform.home).filter((name) => !(name in dataFolderEntries))).toEqual([]);
});

test('the key predicts', async () => {
  expect(await predictWith(kept.secret)).toBe(200);
});

test('a backup is made while the platform serves and is written to', async () => {
  let writes = 0;
  let stop = false;
  const writing = (async () => {
    while (!stop) {
      await cli(platform, 'model', 'describe', 'iris', `description ${writes}`);
      writes += 1;
    }
  })();
  let made: unknown;
  try {
    made = JSON.parse(await cli(platform, 'backup', file, '--key-file', keyFile, '-o', 'json'));
    expect(await predictWith(kept.secret)).toBe(200);
  } finally {
    stop = true;
    await writing;
  }
  expect(made).toMatchObject({
    file,
    encrypted: true,
    files: 1,
    skippedFiles: [],
    missingSecrets: [],
    noted: true,
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file).includes('iris')).toBe(false);
  console.log(`${writes} writes while a backup of ${statSync(file).size} bytes was made`);
  const entries = await until('it is in the audit log', 15_000, async () => {
    const { items } = await callEndpoint(client(), listAudit, { query: { filter: 'action=data.backup' } });
    return items.length === 1 && items[0]?.target === 'first.backup' && items[0].actor === 'local';
  });
  expect(entries).toBeGreaterThan(0);
});

test('verify restores it elsewhere and compares; a flipped byte is named', async () => {
  const verified: unknown = JSON.parse(
    await cli(platform, 'backup', 'verify', file, '--key-file', keyFile, '-o', 'json'),
  );
  expect(verified).toMatchObject({ intact: true, restored: { files: 1, migrated: [] } });
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  writeFileSync(join(folder, 'bad.backup'), bytes);
  const bad = await runCli(platform, [
    'backup',
    'verify',
    '--digests-only',
    join(folder, 'bad.backup'),
    '--key-file',
    keyFile,
  ]);
  expect(bad.code).toBe(1);
  expect(bad.stderr).toMatch(/is damaged in (database|files|what follows)[^:]*: bytes \d+ to \d+ of the file/);
  console.log(bad.stderr.trim());
});

test('a restore into a folder that is in use, or not empty, is refused, and nothing changes', async () => {
  const running = await runCli(platform, ['restore', file, '--key-file', keyFile, '--replace', '--yes']);
  expect([running.code, running.stderr]).toEqual([3, expect.stringContaining('already running, pid')]);
  const unconfirmed = await runCli(platform, ['restore', file, '--key-file', keyFile, '--replace']);
  expect([unconfirmed.code, unconfirmed.stderr]).toEqual([2, expect.stringContaining('must be confirmed')]);
  expect(await predictWith(kept.secret)).toBe(200);
});

test('after a restore the platform and its gateways are where the backup was', async () => {
  const before = await applied();
  // What happens after the backup: a key is revoked, another one is made, people come.
  const revoked = await callEndpoint(client(), revokeKey, { params: { id: kept.id } });
  await follows('a key is revoked', ({ version }) => version >= revoked.snapshotVersion);
  expect(await predictWith(kept.secret)).toBe(401);
  Object.assign(later, await createKey('later'));
  await callEndpoint(client(), inviteUser, { body: { email: 'ana@example.com', role: 'viewer' } });
  expect(await predictWith(later.secret)).toBe(200);
  const highest = await applied();
  expect(highest.version).toBeGreaterThan(before.version);

  await platform.stop();
  const stopped = await runCli(platform, ['restore', file, '--key-file', keyFile]);
  expect([stopped.code, stopped.stderr]).toEqual([1, expect.stringContaining('is not empty')]);
  const restored = printed(
    await cli(platform, 'restore', file, '--key-file', keyFile, '--replace', '--yes', '-o', 'json'),
  );
  expect(restored).toMatchObject({ epochBefore: before.epoch, migrated: [], missingFiles: [] });
  // Without a control plane it goes on with what it had.
  expect(await predictWith(later.secret)).toBe(200);

  platform = await startPlatform({ home: platform.home, examples: false }, platform.ports);
  await until(
    'the gateway follows to the restored state',
    20_000,
    async () => (await predictWith(kept.secret)) === 200,
  );
  expect(await predictWith(later.secret)).toBe(401);
  await until('it reports the new epoch', 20_000, async () => (await applied()).epoch !== highest.epoch);
  const present = await applied();
  expect(present.version).toBeLessThan(highest.version);
  expect((await callEndpoint(client(), listUsers, { query: {} })).items).toEqual([]);
  const audit = await callEndpoint(client(), listAudit, { query: { filter: 'action=data.restore' } });
  expect(audit.items).toMatchObject([
    { actor: 'local', target: 'first.backup', detail: { epochBefore: before.epoch, epoch: present.epoch } },
  ]);
  expect(await cli(platform, 'audit', 'verify')).toContain('the audit log is intact');
});

test('a stopped platform is backed up as well, and a new folder holds what the old one did', async () => {
  await platform.stop();
  const again = join(folder, 'stopped.backup');
  await cli(platform, 'backup', again);
  const home = join(folder, 'new-home');
  await cli({ ...platform, home }, 'restore', again);
  for (const name of ['admin-token', 'gateway-token', 'control-plane/predict-token-key.pem']) {
    expect(readFileSync(join(home, name), 'utf8')).toBe(readFileSync(join(platform.home, name), 'utf8'));
  }
  // A restore that was cut off keeps the platform from starting on half of it.
  writeFileSync(join(home, 'restoring'), 'stopped.backup\n');
  await expect(startPlatform({ home }, platform.ports)).rejects.toThrow('was cut off: its data is not whole');
});
