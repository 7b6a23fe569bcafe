import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalManifest } from '@cluster-ai/contract/manifest.ts';
import { sha256 } from '@cluster-ai/testkit/snapshot-models.ts';
import { expect, test } from 'vitest';
import { startGateway } from '../start-gateway.ts';
import { addModel } from './control-plane/test-models.ts';
import { predictOn } from './gateway-calls.ts';

/** A gateway's folder as the version before this one left it: format 1, with keys that have scopes. */
async function writeFormat1(home: string): Promise<void> {
  const { path, bytes } = addModel(1);
  const files = [{ path, sha256: sha256(bytes), size: bytes.byteLength }];
  const tensor = (name: string) => ({ name, datatype: 'FP32', shape: [-1, 4] });
  const text = JSON.stringify({
    formatVersion: 1,
    epoch: '0b7c1f1e-7c9f-4c0e-9f0b-0d6a3a3b9a01',
    version: 7,
    createdAtMs: 1_760_000_000_000,
    models: [
      {
        id: 'adder@1',
        name: 'adder',
        version: 1,
        digest: sha256(canonicalManifest(files)),
        files,
        signature: { inputs: [tensor('x')], outputs: [tensor('y')] },
        settings: {},
      },
    ],
    routes: [{ name: 'adder', variants: [{ modelId: 'adder@1', weight: 1 }], stickyHeader: 'x-cluster-ai-unit' }],
    keys: [{ id: 'admin', sha256: sha256('the-admin-token'), scopes: ['infer', 'admin'], expiresAtMs: null }],
  });
  await mkdir(join(home, 'files'), { recursive: true });
  await mkdir(join(home, 'snapshots'), { recursive: true });
  await writeFile(join(home, 'files', sha256(bytes)), bytes);
  await writeFile(
    join(home, 'snapshots/snapshot-0000000007.good.json'),
    JSON.stringify({ text, sha256: sha256(text) }),
  );
}

test('a gateway starts and predicts from a snapshot of format 1 on its disk, with its keys', async () => {
  const home = await mkdtemp(join(tmpdir(), 'cluster-ai-format-1-'));
  const tokenFile = join(home, 'join-token');
  await writeFormat1(home);
  await writeFile(tokenFile, 'join');
  const settings = { AUTH: 'required' };
  const gateway = await startGateway({ name: 'old', controlUrl: 'http://127.0.0.1:1', tokenFile, home, settings });
  try {
    const answer = await predictOn(gateway, 'the-admin-token');
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('"data":[2,3,4,5]');
    expect((await predictOn(gateway, null)).status).toBe(401);
    expect((await predictOn(gateway, 'another-token')).status).toBe(401);
  } finally {
    await gateway.stop();
    await rm(home, { recursive: true, force: true });
  }
});
