import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import { extensions, modelPlatform } from '@cluster-ai/protocols/open-inference/documents.ts';
import type { ProtoObject } from '@cluster-ai/protocols/grpc/proto-messages.ts';
import { assertCovers } from '../../auth/caller.ts';
import { describeModel, isModelReady } from '../../open-inference/model-metadata.ts';
import { textOf, textOrNull } from './fields.ts';
import type { GrpcOptions } from './front-end.ts';
import type { UnaryMethod } from './unary.ts';

/** The methods of GRPCInferenceService by name, apart from predictions. */
export function inferenceMethods({
  stages: { routes },
  isReady,
  serverName,
  serverVersion,
}: GrpcOptions): ReadonlyMap<string, UnaryMethod> {
  return new Map<string, UnaryMethod>([
    ['ServerLive', { action: null, answer: () => ({ live: true }) }],
    ['ServerReady', { action: null, answer: () => ({ ready: isReady() }) }],
    [
      'ServerMetadata',
      { action: 'read', answer: () => ({ name: serverName, version: serverVersion, extensions: [...extensions] }) },
    ],
    [
      'ModelReady',
      {
        action: 'read',
        answer: (request, { caller }) => {
          const name = textOf(request, 'name');
          assertCovers(caller, name);
          return { ready: isModelReady(routes, name, textOrNull(request, 'version')) };
        },
      },
    ],
    [
      'ModelMetadata',
      {
        action: 'read',
        answer: (request, { caller }) => {
          const name = textOf(request, 'name');
          assertCovers(caller, name);
          const { versions, signature } = describeModel(routes, name, textOrNull(request, 'version'));
          return {
            name,
            versions,
            platform: modelPlatform,
            inputs: signature.inputs.map(tensorMetadata),
            outputs: signature.outputs.map(tensorMetadata),
          };
        },
      },
    ],
  ]);
}

function tensorMetadata({ name, datatype, shape }: TensorSignature): ProtoObject {
  return { name, datatype, shape };
}
