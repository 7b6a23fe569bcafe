/** What a path of the inference listener asks for: the Open Inference Protocol, and the metrics of this gateway. */
export type OpenInferenceTarget =
  | { readonly kind: FixedKind }
  | { readonly kind: ModelKind; readonly model: string; readonly version: string | null }
  | {
      readonly kind: 'shared-memory-status' | 'shared-memory-change';
      readonly memory: 'system' | 'cuda';
      readonly region: string | null;
    }
  | { readonly kind: 'repository-index'; readonly repository: string | null }
  | { readonly kind: 'load' | 'unload'; readonly repository: string | null; readonly model: string };

type FixedKind =
  | 'root'
  | 'live'
  | 'ready'
  | 'server'
  | 'models'
  | 'model-list'
  | 'metrics'
  | 'all-statistics'
  | 'logging'
  | 'all-traces';

type ModelKind =
  | 'model'
  | 'model-ready'
  | 'infer'
  | 'generate'
  | 'generate-stream'
  | 'config'
  | 'statistics'
  | 'explain'
  | 'trace'
  | 'model-v1'
  | 'predict-v1'
  | 'explain-v1';

const reading = ['GET', 'HEAD'];
const writing = ['POST'];
const both = [...reading, ...writing];

/** The methods that each kind answers to. */
export const methodsOf: Readonly<Record<OpenInferenceTarget['kind'], readonly string[]>> = {
  root: reading,
  live: reading,
  ready: reading,
  server: reading,
  models: reading,
  'model-list': reading,
  metrics: reading,
  model: reading,
  'model-ready': reading,
  infer: writing,
  generate: writing,
  'generate-stream': writing,
  config: reading,
  statistics: reading,
  explain: reading,
  'all-statistics': reading,
  trace: both,
  'all-traces': both,
  logging: both,
  'repository-index': writing,
  load: writing,
  unload: writing,
  'shared-memory-status': reading,
  'shared-memory-change': writing,
  'model-v1': reading,
  'predict-v1': writing,
  'explain-v1': writing,
};

const fixed = new Map<string, OpenInferenceTarget>([
  ['/', { kind: 'root' }],
  ['/v2/health/live', { kind: 'live' }],
  ['/v2/health/ready', { kind: 'ready' }],
  ['/v2', { kind: 'server' }],
  ['/v2/models', { kind: 'models' }],
  ['/v1/models', { kind: 'model-list' }],
  ['/metrics', { kind: 'metrics' }],
  ['/v2/models/stats', { kind: 'all-statistics' }],
  ['/v2/logging', { kind: 'logging' }],
  ['/v2/trace/setting', { kind: 'all-traces' }],
]);

const modelPath =
  /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/(ready|infer|generate|generate_stream|config|stats|explain|trace\/setting))?$/;

const modelKinds: ReadonlyMap<string | undefined, ModelKind> = new Map<string | undefined, ModelKind>([
  [undefined, 'model'],
  ['ready', 'model-ready'],
  ['infer', 'infer'],
  ['generate', 'generate'],
  ['generate_stream', 'generate-stream'],
  ['config', 'config'],
  ['stats', 'statistics'],
  ['explain', 'explain'],
  ['trace/setting', 'trace'],
]);

const repositoryPath = /^\/v2\/repository(?:\/([^/]+))?\/(?:index|models\/([^/]+)\/(load|unload))$/;

const sharedMemoryPath = /^\/v2\/(system|cuda)sharedmemory(?:\/region\/([^/]+))?\/(status|register|unregister)$/;

/** KServe's first protocol. A colon may be part of a name, as it is of a verb: the last one counts. */
const modelPathV1 = /^\/v1\/models\/([^/]+?)(?::(predict|explain))?$/;

/** @returns null for a path that the protocol does not have. Names are percent-decoded; the query is ignored. */
export function parsePath(rawPath: string): OpenInferenceTarget | null {
  const query = rawPath.indexOf('?');
  const path = query === -1 ? rawPath : rawPath.slice(0, query);
  const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const known = fixed.get(trimmed);
  if (known !== undefined) return known;
  return parseModelPath(trimmed) ?? parseRepositoryPath(trimmed) ?? parseSharedMemoryPath(trimmed) ?? parseV1(trimmed);
}

function parseModelPath(path: string): OpenInferenceTarget | null {
  const match = modelPath.exec(path);
  const model = decode(match?.[1]);
  const version = decode(match?.[2]);
  const kind = modelKinds.get(match?.[3]);
  if (model === null || kind === undefined) return null;
  return { kind, model, version };
}

function parseRepositoryPath(path: string): OpenInferenceTarget | null {
  const match = repositoryPath.exec(path);
  if (match === null) return null;
  const repository = decode(match[1]);
  const model = decode(match[2]);
  if (model === null) return { kind: 'repository-index', repository };
  return { kind: match[3] === 'load' ? 'load' : 'unload', repository, model };
}

function parseSharedMemoryPath(path: string): OpenInferenceTarget | null {
  const match = sharedMemoryPath.exec(path);
  if (match === null) return null;
  const kind = match[3] === 'status' ? 'shared-memory-status' : 'shared-memory-change';
  return { kind, memory: match[1] === 'cuda' ? 'cuda' : 'system', region: decode(match[2]) };
}

function parseV1(path: string): OpenInferenceTarget | null {
  const match = modelPathV1.exec(path);
  const model = decode(match?.[1]);
  if (model === null) return null;
  const kind = match?.[2] === 'predict' ? 'predict-v1' : match?.[2] === 'explain' ? 'explain-v1' : 'model-v1';
  return { kind, model, version: null };
}

function decode(segment: string | undefined): string | null {
  if (segment === undefined) return null;
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    // A broken escape names no model; the path is then unknown or the name is not found.
    return segment;
  }
}
