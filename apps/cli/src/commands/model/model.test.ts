import * as models from '@cluster-ai/contract/api/models.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { answering, startFakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import type { FakeControlPlane } from '@cluster-ai/testkit/fake-control-plane.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { captureCli } from '../../testing/capture-cli.ts';

const at = '2026-01-01T10:00:00.000Z';
const digest = 'a'.repeat(64);

const version: models.WholeVersion = {
  version: 2,
  digest,
  fileCount: 1,
  sizeBytes: 1_204,
  signature: {
    inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 4] }],
    outputs: [{ name: 'label', datatype: 'INT64', shape: [-1] }],
  },
  settings: { instances: 2 },
  source: 'upload',
  createdAt: at,
  createdBy: 'ana@example.com',
  observed: [],
  notes: 'first\nsecond',
  lineage: { dataset: 'iris-2026', loss: 0.5 },
  revision: 1,
  updatedAt: at,
  updatedBy: 'ana@example.com',
  files: [{ path: 'model.onnx', sha256: digest, size: 1_204 }],
};

const model: models.Model = {
  name: 'iris',
  description: '',
  createdAt: at,
  revision: 1,
  updatedAt: at,
  updatedBy: 'ana@example.com',
  aliases: { champion: 2 },
  versionCount: 1,
  lastVersionAt: at,
  versions: [version],
  route: null,
};

let plane: FakeControlPlane;
/** How many changes find that somebody else was faster. */
let conflicts = 0;
beforeAll(async () => {
  const page = { next: null, total: 1, totalIsBound: false };
  plane = await startFakeControlPlane([
    answering(models.getModel, () => model),
    answering(models.updateModel, ({ body }) => ({ ...model, ...body })),
    answering(models.listVersions, () => ({ items: [version], ...page })),
    answering(models.getVersion, () => version, { etag: '"7"' }),
    answering(models.updateVersion, ({ headers }) => {
      const isLost = headers['if-match'] !== undefined && conflicts > 0;
      conflicts -= 1;
      if (isLost) throw new ClusterError('PRECONDITION_FAILED', 'somebody else has changed it');
      return version;
    }),
    answering(models.listAliasHistory, () => ({
      items: [
        { id: 2, alias: 'champion', version: null, previous: 2, at, by: 'ana@example.com' },
        { id: 1, alias: 'champion', version: 2, previous: null, at, by: 'ana@example.com' },
      ],
      ...page,
    })),
    answering(models.setAlias, ({ params: { alias }, body }) => ({ ...model, aliases: { [alias]: body.version } })),
    answering(models.deleteAlias, () => ({ ...model, aliases: {} })),
  ]);
});
afterAll(() => plane.close());
beforeEach(() => {
  plane.calls.length = 0;
  conflicts = 0;
  vi.stubEnv('CLUSTER_AI_TOKEN', 'cai_test');
});

const run = (...words: string[]) => captureCli(...words, '--server', plane.url);
/** Lines of a table, its columns divided by a bar. */
const lines = (text: string) => text.split('\n').map((line) => line.replaceAll(/ {2,}/g, '|'));

test('a description is sent as it is, an empty one too', async () => {
  expect((await run('model', 'describe', 'iris', 'three kinds of "iris"')).stdout).toBe('iris is described\n');
  expect(plane.calls.at(-1)?.body).toEqual({ description: 'three kinds of "iris"' });
  await run('model', 'describe', 'iris', '');
  expect(plane.calls.at(-1)?.body).toEqual({ description: '' });
});

test('an annotation changes what it names and keeps the rest', async () => {
  await run('model', 'annotate', 'iris', '2', '--notes', 'new');
  expect(plane.calls.map(({ id }) => id)).toEqual(['updateVersion']);
  expect(plane.calls[0]?.body).toEqual({ notes: 'new' });
  const lineage = ['--lineage', 'loss=0.25', '--lineage', 'commit=4f2 = a', '--drop-lineage', 'dataset'];
  await run('model', 'annotate', 'iris', '2', ...lineage);
  expect(plane.calls.at(-1)).toMatchObject({
    params: { name: 'iris', version: 2 },
    body: { lineage: { loss: 0.25, commit: '4f2 = a' } },
  });
});

test('an annotation is not lost to somebody else’s, nor theirs to it', async () => {
  conflicts = 2;
  expect((await run('model', 'annotate', 'iris', '2', '--lineage', 'loss=0.25')).code).toBe(0);
  expect(plane.calls.map(({ id, headers }) => [id, headers['if-match']])).toEqual([
    ['getVersion', undefined],
    ['updateVersion', '"7"'],
    ['getVersion', undefined],
    ['updateVersion', '"7"'],
    ['getVersion', undefined],
    ['updateVersion', '"7"'],
  ]);
  conflicts = 3;
  const late = await run('model', 'annotate', 'iris', '2', '--lineage', 'loss=0.25');
  expect([late.code, late.stderr]).toEqual([1, expect.stringContaining('somebody else has changed it')]);
});

test.each([
  [['annotate', 'iris', '2'], 'annotate needs --notes, --lineage or --drop-lineage'],
  [['annotate', 'iris', '2', '--lineage', 'dataset'], 'It must be a key and a value'],
  [['annotate', 'iris', 'two', '--notes', 'x'], 'It must be a whole number above 0'],
  [['push', 'iris', 'x.onnx', '--isolation', 'none'], 'Allowed choices are shared, dedicated'],
  [['push', 'iris', 'x.onnx', '--latency-objective', 'fast'], 'It must be milliseconds, from 0 to 60000.'],
])('%j is refused', async (words, message) => {
  const { code, stderr } = await run('model', ...words);
  expect([code, stderr, plane.calls]).toEqual([2, expect.stringContaining(message), []]);
});

test('a version is shown with all that is known of it', async () => {
  const shown = lines((await run('model', 'show', 'iris', '--model-version', '2')).stdout);
  expect(shown).toContain(`digest|${digest}`);
  expect(shown).toContain(String.raw`notes|first\nsecond`);
  expect(shown).toContain('runs|{"instances":2}');
  expect(shown).toContain('input|input|FP32|[-1,4]');
  expect(shown).toContain(`model.onnx|1.2 kB|${digest}`);
  expect(shown).toContain('dataset|iris-2026');
});

test('versions and the moves of aliases are listed', async () => {
  expect(lines((await run('model', 'versions', 'iris')).stdout)[1]).toBe(
    String.raw`2|not loaded|1.2 kB|upload|2026-01-01 10:00Z|ana@example.com|aaaaaaaaaaaa|dataset=iris-2026 loss=0.5|first\nsecond`,
  );
  expect(lines((await run('alias', 'history', 'iris')).stdout).slice(1, 3)).toEqual([
    '2026-01-01 10:00Z|ana@example.com|champion|2|removed',
    '2026-01-01 10:00Z|ana@example.com|champion|new|2',
  ]);
});

test('aliases are listed, set and removed', async () => {
  expect(lines((await run('alias', 'list', 'iris')).stdout)[1]).toBe('champion|2');
  expect((await run('alias', 'set', 'iris', 'candidate', '3')).stdout).toBe('candidate is version 3 of iris\n');
  expect((await run('alias', 'remove', 'iris', 'champion')).stdout).toBe('iris has no alias champion any more\n');
});
