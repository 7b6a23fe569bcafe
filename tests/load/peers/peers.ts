import { join } from 'node:path';
import type { BenchModel } from '../bench/bench-models.ts';

/** The models that every server serves. */
export const peerModels = ['iris', 'mnist', 'convolution'] as const satisfies readonly BenchModel[];
export type PeerModel = (typeof peerModels)[number];

/** What a server is started with. */
export interface PeerPlace {
  /** Holds the models and is thrown away afterwards. */
  readonly folder: string;
  /** The first is for HTTP. */
  readonly ports: readonly [number, number, number];
  /** Of the server's Python environment. */
  readonly program: (name: string) => string;
}

/** Another server that is measured beside this one. */
export interface Peer {
  readonly name: string;
  readonly title: string;
  /**
   * List of its Python packages, from the root of the repository; null where no package carries the server: the one of its
   * name is tried, and its error told.
   */
  readonly requirements: string | null;
  readonly command: (place: PeerPlace) => readonly string[];
  readonly path: (model: PeerModel) => string;
  /** Whether it takes numbers in binary behind the JSON of a request; else all go in JSON. */
  readonly takesBinary: boolean;
}

const here = import.meta.dirname;

function listOf(name: string): string {
  return `tests/load/peers/${name}/requirements.lock`;
}

function pythonScript(name: string): Peer['command'] {
  return ({ program, ports }) => [program('python'), join(here, name, 'serve.py'), ...ports.map(String)];
}

const ofTheProtocol = (model: PeerModel): string => `/v2/models/${model}/infer`;

/** Every server for models that PyPI has, each as it comes, with a handler in Python where it asks for one. */
export const peers: readonly Peer[] = [
  {
    name: 'mlserver',
    title: 'MLServer',
    requirements: 'tests/conformance/open-inference/peers/mlserver/requirements.txt',
    command: ({ program, folder }) => [program('mlserver'), 'start', join(folder, 'mlserver')],
    path: ofTheProtocol,
    takesBinary: false,
  },
  {
    name: 'torchserve',
    title: 'TorchServe',
    requirements: listOf('torchserve'),
    command: pythonScript('torchserve'),
    path: (model) => `/predictions/${model}`,
    takesBinary: true,
  },
  {
    name: 'kserve',
    title: 'KServe',
    requirements: listOf('kserve'),
    command: pythonScript('kserve'),
    path: ofTheProtocol,
    takesBinary: true,
  },
  {
    name: 'litserve',
    title: 'LitServe',
    requirements: listOf('litserve'),
    command: pythonScript('litserve'),
    path: (model) => `/${model}`,
    takesBinary: false,
  },
  {
    name: 'bentoml',
    title: 'BentoML',
    requirements: listOf('bentoml'),
    command: ({ program, ports }) => {
      const place = ['--working-dir', join(here, 'bentoml'), '--host', '127.0.0.1', '--port', String(ports[0])];
      return [program('bentoml'), 'serve', 'service:Rows', ...place];
    },
    path: (model) => `/${model}`,
    takesBinary: false,
  },
  {
    name: 'ray',
    title: 'Ray Serve',
    requirements: listOf('ray'),
    command: pythonScript('ray'),
    path: (model) => `/${model}`,
    takesBinary: true,
  },
  {
    name: 'pytriton',
    title: 'Triton (of nvidia-pytriton)',
    requirements: listOf('pytriton'),
    command: pythonScript('pytriton'),
    path: ofTheProtocol,
    takesBinary: true,
  },
  ...['tritonserver', 'openvino-model-server'].map((name) => ({
    name,
    title: name === 'tritonserver' ? 'Triton Inference Server' : 'OpenVINO Model Server',
    requirements: null,
    command: () => [],
    path: ofTheProtocol,
    takesBinary: true,
  })),
];
