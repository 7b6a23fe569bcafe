import { modelsCover } from '@cluster-ai/core/access/roles.ts';
import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import { RememberedTexts } from '@cluster-ai/core/names/remembered-texts.ts';
import type { Call, CallHandler, Reply } from '@cluster-ai/platform/edge/edge.ts';
import type { JsonNumbers } from '@cluster-ai/protocols/json/json-numbers.ts';
import { modelStatus } from '@cluster-ai/protocols/kserve-v1/predict.ts';
import type { ResponseForm } from '@cluster-ai/protocols/open-inference/decode-request.ts';
import { healthDocument, modelMetadata, serverMetadata } from '@cluster-ai/protocols/open-inference/documents.ts';
import type { JsonOptions } from '@cluster-ai/protocols/open-inference/json-document.ts';
import { assertCovers, assertMay, type Caller } from '../../auth/caller.ts';
import { predict, type PredictionProtocol, type Stages } from '../../pipeline.ts';
import { describeModel, isModelReady } from '../../open-inference/model-metadata.ts';
import { readModelConfig } from '../../open-inference/model-config.ts';
import { explainModel } from '../../open-inference/model-explain.ts';
import { readModelStatistics } from '../../open-inference/model-statistics.ts';
import type { SwitchedLog } from '../../open-inference/log-settings.ts';
import { presets, type Preset } from '../../open-inference/preset.ts';
import type { ModelRepository } from '../../open-inference/repository.ts';
import type { TraceSettings } from '../../open-inference/trace-settings.ts';
import type { RouteTable } from '../../routing/route-table.ts';
import { packed, unpacked } from '../content-coding.ts';
import { metricsContentType } from '../operations.ts';
import type { Keep } from './extension-call.ts';
import { generateProtocol } from './generate.ts';
import { openInferenceProtocol, sendError } from './infer.ts';
import { methodsOf, parsePath, type OpenInferenceTarget } from './path.ts';
import { predictV1Protocol } from './predict-v1.ts';
import { repositoryControl, repositoryIndex } from './repository-calls.ts';
import { sendJson } from './send-json.ts';
import { logSettings, traceSettings } from './settings-calls.ts';
import { refuseSharedMemoryChange, sharedMemoryStatus } from './shared-memory-calls.ts';
import { explanationDocument } from './write-explanation.ts';
import { statisticsDocument } from './write-statistics.ts';

export interface OpenInferenceOptions {
  readonly stages: Stages;
  readonly isReady: () => boolean;
  /** What `/metrics` answers, to callers with a key: the listener without one may be out of a scraper's reach. */
  readonly metrics: () => string;
  /** Largest JSON text of a request, bytes: `http.jsonBytesMax`. */
  readonly jsonBytesMax: number;
  /** How arrays of numbers in JSON are read and written: `http.jsonNumbers`. */
  readonly jsonNumbers: JsonNumbers;
  /** Largest body of a request, bytes, unpacked: `http.bodyBytesMax`. */
  readonly bodyBytesMax: number;
  readonly repository: Pick<ModelRepository, 'index' | 'load' | 'unload'>;
  readonly traces: TraceSettings;
  readonly log: SwitchedLog;
  /** Whose words clients expect where servers differ. */
  readonly preset: Preset;
  readonly serverVersion: string;
}

/** The Open Inference Protocol (v2) over HTTP, and the model list that OpenAI and KServe clients ask for. */
export function createOpenInferenceFrontEnd(options: OpenInferenceOptions): CallHandler {
  const { stages } = options;
  const json = { textBytesMax: options.jsonBytesMax, numbers: options.jsonNumbers };
  const plans = new RememberedTexts((rawPath) => planOf(targetOf(rawPath, options.preset), json));
  const answerOther = async (sent: Call, plainReply: Reply, { target, inference }: PathPlan): Promise<void> => {
    try {
      const call = unpacked(sent, options.bodyBytesMax);
      const reply = packed(sent, plainReply);
      if (call.method !== 'POST') return await answer(call, reply, target, options);
      if (inference !== null) return await predict(call, reply, inference, stages);
      switch (target?.kind) {
        case 'generate':
        case 'generate-stream': {
          const streams = target.kind === 'generate-stream';
          const protocol = generateProtocol(target.model, target.version, json, streams);
          return await predict(call, reply, protocol, stages);
        }
        case 'predict-v1':
          return await predict(call, reply, predictV1Protocol(target.model, json), stages);
        default:
          return await answer(call, reply, target, options);
      }
    } catch (thrown) {
      sendError(plainReply, toClusterError(thrown), stages.nextRequestId(sent));
    }
  };
  return (sent, plainReply) => {
    const plan = plans.of(sent.rawPath);
    const { inference } = plan;
    if (inference === null || sent.method !== 'POST' || hasCodings(sent)) return answerOther(sent, plainReply, plan);
    return predict(sent, plainReply, inference, stages);
  };
}

/** Whether a body is packed, or its answer may be. */
function hasCodings(call: Call): boolean {
  return call.header('content-encoding') !== null || call.header('accept-encoding') !== null;
}

/** What a path asks for, and how its predictions are spoken. */
interface PathPlan {
  readonly target: OpenInferenceTarget | null;
  /** Null where it asks for no prediction of this protocol. */
  readonly inference: PredictionProtocol<ResponseForm> | null;
}

function planOf(target: OpenInferenceTarget | null, json: JsonOptions): PathPlan {
  const inference = target?.kind === 'infer' ? openInferenceProtocol(target.model, target.version, json) : null;
  return { target, inference };
}

/** What a path asks for, if the server that is spoken like has it. */
function targetOf(rawPath: string, { numericVersions, answersRoot }: Preset): OpenInferenceTarget | null {
  const target = parsePath(rawPath);
  if (target?.kind === 'root' && !answersRoot) return null;
  const version = target !== null && 'version' in target ? target.version : null;
  return numericVersions && version !== null && !/^\d+$/.test(version) ? null : target;
}

async function answer(
  call: Call,
  reply: Reply,
  target: OpenInferenceTarget | null,
  options: OpenInferenceOptions,
): Promise<void> {
  const { stages, isReady, preset } = options;
  if (target === null) throw new ClusterError('NOT_FOUND', 'Not Found');
  const allowed = methodsOf[target.kind];
  if (!allowed.includes(call.method)) {
    const error = new ClusterError('METHOD_NOT_ALLOWED', 'Method Not Allowed');
    return sendError(reply, error, stages.nextRequestId(call), [['Allow', allowed.join(', ')]]);
  }
  // Health is open to everybody: load balancers have no key.
  if (target.kind === 'live') return sendJson(reply, 200, healthDocument(true, isReady()));
  if (target.kind === 'ready') {
    return sendJson(reply, isReady() ? 200 : preset.notReadyStatus, healthDocument(true, isReady()));
  }
  if (target.kind === 'root') return sendJson(reply, 200, '{"status":"alive"}');
  const caller = await stages.authenticate(call);
  assertMay(caller, 'read');
  if ('model' in target) assertCovers(caller, target.model);
  switch (target.kind) {
    case 'server':
      return sendJson(reply, 200, serverMetadata(preset.serverName, options.serverVersion));
    case 'models':
      return sendJson(reply, 200, JSON.stringify({ models: modelNames(stages.routes, caller) }));
    case 'model-list':
      return sendJson(reply, 200, modelList(stages.routes, caller));
    case 'model-ready':
      return sendModelReady(reply, target.model, target.version, options);
    case 'model':
      return sendJson(reply, 200, modelMetadata(describeModel(stages.routes, target.model, target.version)));
    case 'metrics':
      // They name every model.
      if (caller.models !== null) throw new ClusterError('PERMISSION_DENIED', 'the key is not for every model');
      return reply.send(200, [['Content-Type', metricsContentType]], options.metrics());
    case 'model-v1':
      return sendStatusV1(reply, target.model, options);
    case 'explain-v1':
      throw new ClusterError('UNSUPPORTED', 'explanations are not supported; predictions are at :predict');
    default:
      return answerCounted(call, reply, target, caller, options);
  }
}

/** What the body of an extension holds counts until it is answered, like that of a prediction. */
async function answerCounted(
  call: Call,
  reply: Reply,
  target: OpenInferenceTarget,
  caller: Caller,
  options: OpenInferenceOptions,
): Promise<void> {
  const { admission } = options.stages;
  let keptBytes = 0;
  const keep = (bytes: number): void => {
    admission.keep(bytes);
    keptBytes += bytes;
  };
  try {
    await answerExtension(call, reply, target, caller, { ...options, keep });
  } finally {
    admission.release(keptBytes);
  }
}

async function answerExtension(
  call: Call,
  reply: Reply,
  target: OpenInferenceTarget,
  caller: Caller,
  options: OpenInferenceOptions & { readonly keep: Keep },
): Promise<void> {
  const { traces, keep } = options;
  const { routes } = options.stages;
  switch (target.kind) {
    case 'config':
      return sendJson(reply, 200, JSON.stringify(readModelConfig(routes, target.model, target.version)));
    case 'statistics':
      return sendJson(reply, 200, statisticsDocument(readModelStatistics(routes, target.model, target.version)));
    case 'explain': {
      const versions = explainModel(routes, target.model, target.version);
      return sendJson(reply, 200, explanationDocument(target.model, versions));
    }
    case 'all-statistics': {
      const covered = (name: string): boolean => modelsCover(caller.models, name);
      return sendJson(reply, 200, statisticsDocument(readModelStatistics(routes, null, null, covered)));
    }
    case 'trace':
      return traceSettings(call, reply, caller, target, { routes, traces, keep });
    case 'all-traces':
      return traceSettings(call, reply, caller, null, { routes, traces, keep });
    case 'logging':
      return logSettings(call, reply, caller, options);
    case 'repository-index':
      return repositoryIndex(call, reply, caller, target.repository, options);
    case 'load':
    case 'unload':
      return repositoryControl(call, reply, caller, target, options);
    case 'shared-memory-status':
      return sharedMemoryStatus(reply, target.memory, target.region);
    case 'shared-memory-change':
      return refuseSharedMemoryChange();
    default:
      // Predictions by another method than theirs were refused before.
      throw new ClusterError('METHOD_NOT_ALLOWED', 'Method Not Allowed');
  }
}

function sendStatusV1(reply: Reply, model: string, options: OpenInferenceOptions): void {
  if (isModelReady(options.stages.routes, model, null)) return sendJson(reply, 200, modelStatus(model, true));
  // This protocol is KServe's alone.
  refuseModel(reply, model, { ...options, preset: presets.kserve });
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

function sendModelReady(reply: Reply, model: string, version: string | null, options: OpenInferenceOptions): void {
  if (isModelReady(options.stages.routes, model, version)) {
    return sendJson(reply, 200, JSON.stringify({ name: model, ready: true }));
  }
  refuseModel(reply, model, options);
}

function refuseModel(reply: Reply, model: string, { preset, stages }: OpenInferenceOptions): void {
  const { status, message } = stages.routes.has(model) ? preset.modelNotReady(model) : preset.unknownModel(model);
  sendJson(reply, status, JSON.stringify({ error: message }));
}
