/** What a path of the inference listener asks for: the Open Inference Protocol, and the metrics of this gateway. */
export type OpenInferenceTarget =
  | { readonly kind: 'live' | 'ready' | 'server' | 'models' | 'model-list' | 'metrics' }
  | { readonly kind: 'model' | 'model-ready' | 'infer'; readonly model: string; readonly version: string | null };

const reading = ['GET', 'HEAD'];

/** The methods that each kind answers to. */
export const methodsOf: Readonly<Record<OpenInferenceTarget['kind'], readonly string[]>> = {
  live: reading,
  ready: reading,
  server: reading,
  models: reading,
  'model-list': reading,
  metrics: reading,
  model: reading,
  'model-ready': reading,
  infer: ['POST'],
};

const fixed = new Map<string, OpenInferenceTarget>([
  ['/v2/health/live', { kind: 'live' }],
  ['/v2/health/ready', { kind: 'ready' }],
  ['/v2', { kind: 'server' }],
  ['/v2/models', { kind: 'models' }],
  ['/v1/models', { kind: 'model-list' }],
  ['/metrics', { kind: 'metrics' }],
]);

const modelPath = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/(ready|infer))?$/;

/** @returns null for a path that the protocol does not have. Names are percent-decoded; the query is ignored. */
export function parsePath(rawPath: string): OpenInferenceTarget | null {
  const query = rawPath.indexOf('?');
  const path = query === -1 ? rawPath : rawPath.slice(0, query);
  const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const known = fixed.get(trimmed);
  if (known !== undefined) return known;
  const match = modelPath.exec(trimmed);
  const model = decode(match?.[1]);
  const version = decode(match?.[2]);
  if (match === null || model === null) return null;
  const kind = match[3] === 'infer' ? 'infer' : match[3] === 'ready' ? 'model-ready' : 'model';
  return { kind, model, version };
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
