import type { Model, ModelVersion } from '@cluster-ai/contract/api/models.ts';
import type { Route } from '@cluster-ai/contract/api/routes.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';

/** The registry of the mock: enough variety that every look of the page occurs. Digests are not of real files. */

interface Entry {
  readonly name: string;
  readonly description: string;
  readonly versions: number;
  readonly sizeBytes: number;
  readonly signature: ModelSignature;
}

const entries: readonly Entry[] = [
  {
    name: 'iris',
    description: 'Kind of iris (setosa, versicolor, virginica) by four lengths of the flower',
    versions: 1,
    sizeBytes: 1_204,
    signature: {
      inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 4] }],
      outputs: [
        { name: 'probabilities', datatype: 'FP32', shape: [-1, 3] },
        { name: 'label', datatype: 'INT64', shape: [-1] },
      ],
    },
  },
  {
    name: 'mnist',
    description: 'Handwritten digit on a 28 by 28 picture',
    versions: 5,
    sizeBytes: 408_316,
    signature: {
      inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 784] }],
      outputs: [
        { name: 'probabilities', datatype: 'FP32', shape: [-1, 10] },
        { name: 'digit', datatype: 'INT64', shape: [-1] },
      ],
    },
  },
  {
    name: 'silero-vad',
    description: 'Whether a piece of audio holds speech; the caller keeps the state',
    versions: 1,
    sizeBytes: 2_327_524,
    signature: {
      inputs: [
        { name: 'input', datatype: 'FP32', shape: [-1, -1] },
        { name: 'state', datatype: 'FP32', shape: [2, -1, 128] },
        { name: 'sr', datatype: 'INT64', shape: [] },
      ],
      outputs: [
        { name: 'output', datatype: 'FP32', shape: [-1, 1] },
        { name: 'stateN', datatype: 'FP32', shape: [2, -1, 128] },
      ],
    },
  },
  {
    name: 'half',
    description: 'Doubles half-precision numbers, which travel in binary form only',
    versions: 1,
    sizeBytes: 512,
    signature: {
      inputs: [{ name: 'x', datatype: 'FP16', shape: [-1] }],
      outputs: [{ name: 'y', datatype: 'FP16', shape: [-1] }],
    },
  },
  {
    name: 'language',
    description: 'Language of a short text',
    versions: 1,
    sizeBytes: 18_240,
    signature: {
      inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }],
      outputs: [{ name: 'language', datatype: 'BYTES', shape: [-1] }],
    },
  },
  {
    name: 'sentiment',
    description: 'Mood of a sentence; its route is unloaded',
    versions: 1,
    sizeBytes: 20_480,
    signature: {
      inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }],
      outputs: [{ name: 'mood', datatype: 'FP32', shape: [-1] }],
    },
  },
];

const aliases: Readonly<Record<string, Record<string, number>>> = { mnist: { champion: 4, candidate: 5 } };

export const mockModels: readonly Model[] = entries.map((entry) => ({
  name: entry.name,
  description: entry.description,
  createdAt: '2026-08-20T09:12:00.000Z',
  revision: 1,
  updatedAt: '2026-08-25T09:12:00.000Z',
  updatedBy: 'admin',
  aliases: aliases[entry.name] ?? {},
  versionCount: entry.versions,
  lastVersionAt: `2026-08-2${entry.versions}T09:12:00.000Z`,
  route: null,
  versions: Array.from({ length: entry.versions }, (_unused, index) => version(entry, entry.versions - index)),
}));

function version(entry: Entry, number: number): ModelVersion {
  const digest = `${number}`.padStart(64, 'a0');
  return {
    version: number,
    digest,
    fileCount: 1,
    sizeBytes: entry.sizeBytes,
    signature: { inputs: entry.signature.inputs.map(copy), outputs: entry.signature.outputs.map(copy) },
    settings: {},
    source: entry.name === 'language' ? 'upload' : 'example',
    createdAt: `2026-08-2${number}T09:12:00.000Z`,
    createdBy: 'admin',
    observed: [],
  };
}

function copy(tensor: ModelSignature['inputs'][number]) {
  return { name: tensor.name, datatype: tensor.datatype, shape: [...tensor.shape] };
}

export const mockRoutes: readonly Route[] = mockModels.map((model) => {
  const variants =
    model.name === 'mnist'
      ? [
          { model: 'mnist', version: 4, weight: 90 },
          { model: 'mnist', version: 5, weight: 10 },
        ]
      : [{ model: model.name, version: 1, weight: 1 }];
  return {
    name: model.name,
    revision: 1,
    policy: model.name === 'mnist' ? { kind: 'split', variants } : { kind: 'latest', model: model.name },
    variants,
    stickyHeader: 'x-user-id',
    unloaded: model.name === 'sentiment' || undefined,
    updatedAt: '2026-08-25T10:00:00.000Z',
    updatedBy: 'admin',
  };
});
