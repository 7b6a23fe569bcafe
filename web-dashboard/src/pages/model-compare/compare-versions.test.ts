import type { WholeVersion } from '@cluster-ai/contract/api/models.ts';
import { expect, test } from 'vitest';
import { changeOf, compareVersions } from './compare-versions.ts';

const first: WholeVersion = {
  version: 1,
  digest: 'a'.repeat(64),
  fileCount: 1,
  sizeBytes: 1_000,
  signature: {
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 3] }],
  },
  settings: {},
  source: 'upload',
  createdAt: '2026-09-01T00:00:00.000Z',
  createdBy: 'ana@example.com',
  observed: [],
  notes: '',
  lineage: { dataset: 'iris-2026', accuracy: 0.95 },
  revision: 1,
  updatedAt: '2026-09-01T00:00:00.000Z',
  updatedBy: 'ana@example.com',
  files: [{ path: 'model.onnx', sha256: 'c'.repeat(64), size: 1_000 }],
};

const second: WholeVersion = {
  ...first,
  version: 2,
  digest: 'b'.repeat(64),
  sizeBytes: 1_500,
  signature: {
    inputs: [{ name: 'x', datatype: 'FP16', shape: [-1, 4] }],
    outputs: [...first.signature.outputs, { name: 'label', datatype: 'INT64', shape: [-1] }],
  },
  settings: { maxBatchSize: 0 },
  lineage: { dataset: 'iris-2026', accuracy: 0.97, epochs: 20 },
};

function rows(versions: readonly WholeVersion[]) {
  return new Map(
    compareVersions(versions).map(({ subject, ...row }) => [
      'name' in subject ? `${subject.kind} ${subject.name}` : subject.kind,
      row,
    ]),
  );
}

test('what differs is told from what is the same', () => {
  const compared = rows([first, second]);
  expect(compared.get('input x')).toMatchObject({ values: ['FP32 [-1, 4]', 'FP16 [-1, 4]'], differs: true });
  expect(compared.get('output label')).toMatchObject({ values: [null, 'INT64 [-1]'], differs: true });
  expect(compared.get('output y')?.differs).toBe(false);
  expect(compared.get('lineage dataset')?.differs).toBe(false);
  expect(compared.get('lineage epochs')?.values).toEqual([null, 20]);
  // Never merged is not the gateway's choice.
  expect(compared.get('maxBatchSize')).toMatchObject({ values: [null, 0], differs: true });
  expect(compared.get('file model.onnx')?.differs).toBe(false);
  expect([...rows([first, first]).values()].some(({ differs }) => differs)).toBe(false);
});

test('the first is the baseline, in whatever order', () => {
  expect(rows([second, first]).get('sizeBytes')?.values).toEqual([1_500, 1_000]);
});

test('numbers are measured against the baseline', () => {
  expect(changeOf(1_000, 1_500)).toEqual({ difference: 500, share: 0.5 });
  expect(changeOf(-2, -3)).toEqual({ difference: -1, share: -0.5 });
  expect(changeOf(0, 3)).toEqual({ difference: 3, share: null });
  expect([changeOf(1, 1), changeOf('1', 2), changeOf(1, null), changeOf(undefined, 1)]).toEqual(Array(4).fill(null));
});
