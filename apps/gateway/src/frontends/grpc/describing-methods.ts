import { modelsCover } from '@cluster-ai/core/access/roles.ts';
import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import { extensions, modelPlatform } from '@cluster-ai/protocols/open-inference/documents.ts';
import type { ProtoObject } from '@cluster-ai/protocols/grpc/proto-messages.ts';
import { assertCovers } from '../../auth/caller.ts';
import { describeModel, isModelReady } from '../../open-inference/model-metadata.ts';
import { readModelConfig } from '../../open-inference/model-config.ts';
import { readModelStatistics } from '../../open-inference/model-statistics.ts';
import { textOf, textOrNull } from './fields.ts';
import type { GrpcOptions } from './front-end.ts';
import { statisticsMessage } from './statistics-message.ts';
import type { UnaryContext, UnaryMethod } from './unary.ts';

type Methods = Readonly<Record<string, UnaryMethod>>;

/** The methods of GRPCInferenceService that tell of the server and its models, by name. */
export function describingMethods({ stages: { routes }, isReady, serverName, serverVersion }: GrpcOptions): Methods {
  return {
    ServerLive: { action: null, answer: () => ({ live: true }) },
    ServerReady: { action: null, answer: () => ({ ready: isReady() }) },
    ServerMetadata: {
      action: 'read',
      answer: () => ({ name: serverName, version: serverVersion, extensions: [...extensions] }),
    },
    ModelReady: {
      action: 'read',
      answer: (request, context) => {
        const { name, version } = modelOf(request, context);
        return { ready: isModelReady(routes, name, version) };
      },
    },
    ModelMetadata: {
      action: 'read',
      answer: (request, context) => {
        const { name, version } = modelOf(request, context);
        const { versions, signature } = describeModel(routes, name, version);
        const [inputs, outputs] = [signature.inputs.map(tensorMetadata), signature.outputs.map(tensorMetadata)];
        return { name, versions, platform: modelPlatform, inputs, outputs };
      },
    },
    ModelConfig: {
      action: 'read',
      answer: (request, context) => {
        const { name, version } = modelOf(request, context);
        return { config: readModelConfig(routes, name, version) };
      },
    },
    ModelStatistics: {
      action: 'read',
      answer: (request, { caller }) => {
        const name = textOrNull(request, 'name');
        if (name !== null) assertCovers(caller, name);
        const covers = (each: string): boolean => modelsCover(caller.models, each);
        const statistics = readModelStatistics(routes, name, textOrNull(request, 'version'), covers);
        return { model_stats: statistics.map(statisticsMessage) };
      },
    },
  };
}

/** The model that a request names, if the caller may know of it. @throws ClusterError PERMISSION_DENIED */
function modelOf(
  request: ProtoObject,
  { caller }: UnaryContext,
): { readonly name: string; readonly version: string | null } {
  const name = textOf(request, 'name');
  assertCovers(caller, name);
  return { name, version: textOrNull(request, 'version') };
}

function tensorMetadata({ name, datatype, shape }: TensorSignature): ProtoObject {
  return { name, datatype, shape };
}
