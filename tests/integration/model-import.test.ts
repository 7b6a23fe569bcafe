import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import * as models from '@cluster-ai/contract/api/models.ts';
import { startPostgres, type PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { writeRepositoryModel, writeTritonRepository } from '@cluster-ai/testkit/models/triton-repository.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runCli } from '../run-cli.ts';
import { startPlane, type RunningPlane } from './control-plane/fixture.ts';

let postgres: PostgresServer;
let plane: RunningPlane;
const root = mkdtempSync(join(tmpdir(), 'cluster-ai-import-'));
const repository = join(root, 'repository');

beforeAll(async () => {
  postgres = await startPostgres(18);
  plane = await startPlane(await postgres.createDatabase());
  vi.stubEnv('CLUSTER_AI_TOKEN', plane.admin.token);
  await writeTritonRepository(repository, ['simple', 'warmed', 'classifier', 'simple_sequence']);
  await writeRepositoryModel(repository, 'python_model', {
    'config.pbtxt': 'backend: "python"\nmax_batch_size: 1',
    '1/model.py': 'print(1)',
  });
  await writeRepositoryModel(repository, 'slipped', {
    'config.pbtxt': 'max_batchsize: 8\ninput { name: "INPUT" data_type: TYPE_FP32 }',
    '3/model.onnx': 'this is no model',
  });
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await plane?.remove();
  await postgres?.remove();
  rmSync(root, { recursive: true, force: true });
});

/** Against the control plane alone; no gateway is there. */
function cluster(...words: string[]) {
  return runCli({ home: root, controlUrl: plane.url, gatewayUrl: plane.url }, words);
}

test('validate says what is wrong, where, and the way out, without a server', async () => {
  const good = await cluster('model', 'validate', join(repository, 'simple'));
  expect(good).toMatchObject({ code: 0, stdout: 'simple: version 1 (config.pbtxt)\n' });

  const whole = await cluster('model', 'validate', repository);
  expect(whole.code).toBe(1);
  expect(whole.stdout).toContain('python_model: cannot be served (config.pbtxt)');
  expect(whole.stdout).toContain(
    'it wants the backend "python", and only ONNX Runtime is here\n    export the model to ONNX',
  );
  expect(whole.stdout).toContain('version 1: it is no ONNX model: model.py is of Triton’s Python backend');
  expect(whole.stdout).toContain(
    'line 1, column 1: the model configuration has no field "max_batchsize"\n    did you mean max_batch_size?',
  );
  expect(whole.stdout).toContain('simple_sequence: version 1 (config.pbtxt)\n  warning: not honoured: optimization');
  expect(whole.stdout).toContain('warmed: versions 1, 2 (config.pbtxt)');

  const file = await cluster('model', 'validate', join(repository, 'slipped', 'config.pbtxt'), '-o', 'json');
  expect(JSON.parse(file.stdout)).toMatchObject([
    { model: 'slipped', problems: [{ place: 'line 1, column 1', fix: 'did you mean max_batch_size?' }] },
  ]);

  const label = join(root, 'flat');
  mkdirSync(label);
  writeFileSync(
    join(label, 'config.pbtxt'),
    'max_batch_size: 8 output { name: "y" data_type: TYPE_FP32 label_filename: "l" }',
  );
  const flat = await cluster('model', 'validate', label);
  expect(flat).toMatchObject({ code: 1, stdout: expect.stringContaining('it has no version') });
});

test('import takes in what can be served under its own numbers, and says what is not and why', async () => {
  const first = await cluster('model', 'import', repository, '--no-wait');
  expect(first.code).toBe(1);
  for (const line of ['simple version 1 is imported', 'warmed version 1 is imported', 'warmed version 2 is imported']) {
    expect(first.stdout).toContain(line);
  }
  expect(first.stdout).toContain('python_model: cannot be served');
  const { items } = await callEndpoint(plane.admin, models.listVersions, { params: { name: 'warmed' } });
  expect(items.map(({ version }) => version)).toEqual([2, 1]);
  const { files, settings } = await callEndpoint(plane.admin, models.getVersion, {
    params: { name: 'classifier', version: '1' },
  });
  expect(files.map(({ path }) => path)).toEqual(['config.pbtxt', 'labels.txt', 'model.onnx']);
  expect(settings.configuration).toMatchObject({ maxBatchSize: 4, outputs: [{ labelFile: 'labels.txt' }] });

  const again = await cluster('model', 'import', join(repository, 'simple'), '--no-wait');
  expect(again).toMatchObject({ code: 0 });
  expect(again.stdout).toContain('simple version 1 is there already, and is left as it is');

  writeFileSync(join(repository, 'simple', 'config.pbtxt'), 'max_batch_size: 4');
  const changed = await cluster('model', 'import', join(repository, 'simple'), '--no-wait');
  expect(changed.code).toBe(1);
  expect(changed.stdout).toContain(
    'simple version 1 was refused: it is there already, with other files, and versions do not change\n    call the folder by a new number',
  );
});
