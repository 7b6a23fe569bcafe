import { modelsCover } from '@cluster-ai/core/access/roles.ts';
import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { Call, CallHandler, Reply } from '@cluster-ai/platform/edge/edge.ts';
import { healthDocument, modelMetadata, serverMetadata } from '@cluster-ai/protocols/open-inference/documents.ts';
import { assertCovers, assertMay, type Caller } from '../../auth/caller.ts';
import { predict, type Stages } from '../../pipeline.ts';
import { describeModel, isModelReady } from '../../open-inference/model-metadata.ts';
import type { RouteTable } from '../../routing/route-table.ts';
import { metricsContentType } from '../operations.ts';
import { openInferenceProtocol, sendError } from './infer.ts';
import { methodsOf, parsePath, type OpenInferenceTarget } from './path.ts';
import { sendJson } from './send-json.ts';

export interface OpenInferenceOptions {
  readonly stages: Stages;
  readonly isReady: () => boolean;
  /** What `/metrics` answers, to callers with a key: the listener without one may be out of a scraper's reach. */
  readonly metrics: () => string;
  /** Largest JSON text of a request, bytes: `http.jsonBytesMax`. */
  readonly jsonBytesMax: number;
  readonly serverName: string;
  readonly serverVersion: string;
}

/** The Open Inference Protocol (v2) over HTTP, and the model list that OpenAI and KServe clients ask for. */
export function createOpenInferenceFrontEnd(options: OpenInferenceOptions): CallHandler {
  return async (call, reply) => {
    const target = parsePath(call.rawPath);
    if (target?.kind === 'infer' && call.method === 'POST') {
      const protocol = openInferenceProtocol(target.model, target.version, options.jsonBytesMax);
      await predict(call, reply, protocol, options.stages);
      return;
    }
    try {
      await answer(call, reply, target, options);
    } catch (thrown) {
      sendError(reply, toClusterError(thrown), options.stages.nextRequestId(call));
    }
  };
}

async function answer(
  call: Call,
  reply: Reply,
  target: OpenInferenceTarget | null,
  options: OpenInferenceOptions,
): Promise<void> {
  const { stages, isReady } = options;
  if (target === null) throw new ClusterError('NOT_FOUND', 'Not Found');
  const allowed = methodsOf[target.kind];
  if (!allowed.includes(call.method)) {
    const error = new ClusterError('METHOD_NOT_ALLOWED', 'Method Not Allowed');
    return sendError(reply, error, stages.nextRequestId(call), [['Allow', allowed.join(', ')]]);
  }
  // Health is open to everybody: load balancers have no key.
  if (target.kind === 'live') return sendJson(reply, 200, healthDocument(true, isReady()));
  if (target.kind === 'ready') return sendJson(reply, isReady() ? 200 : 503, healthDocument(true, isReady()));
  const caller = await stages.authenticate(call);
  assertMay(caller, 'read');
  if ('model' in target) assertCovers(caller, target.model);
  switch (target.kind) {
    case 'server':
      return sendJson(reply, 200, serverMetadata(options.serverName, options.serverVersion));
    case 'models':
      return sendJson(reply, 200, JSON.stringify({ models: modelNames(stages.routes, caller) }));
    case 'model-list':
      return sendJson(reply, 200, modelList(stages.routes, caller));
    case 'model-ready':
      return sendModelReady(reply, target.model, target.version, stages.routes);
    case 'model':
      return sendJson(reply, 200, modelMetadata(describeModel(stages.routes, target.model, target.version)));
    case 'metrics':
      // They name every model.
      if (caller.models !== null) throw new ClusterError('PERMISSION_DENIED', 'the key is not for every model');
      return reply.send(200, [['Content-Type', metricsContentType]], options.metrics());
    case 'infer':
      throw new ClusterError('METHOD_NOT_ALLOWED', 'Method Not Allowed');
  }
}

/** The names that the caller may use. */
function modelNames(routes: RouteTable, { models }: Caller): string[] {
  return routes
    .all()
    .map((route) => route.name)
    .filter((name) => modelsCover(models, name))
    .toSorted();
}

/** One document for two families of clients: OpenAI's `data` and KServe's `models`. */
function modelList(routes: RouteTable, caller: Caller): string {
  const names = modelNames(routes, caller);
  return JSON.stringify({
    object: 'list',
    data: names.map((id) => ({ id, object: 'model', owned_by: 'cluster-ai' })),
    models: names,
  });
}

/** Triton says 400 and this sentence for models that are unknown and for those that are not ready. */
function sendModelReady(reply: Reply, model: string, version: string | null, routes: RouteTable): void {
  if (isModelReady(routes, model, version)) return sendJson(reply, 200, JSON.stringify({ name: model, ready: true }));
  sendJson(reply, 400, JSON.stringify({ error: 'Model version not ready' }));
}
