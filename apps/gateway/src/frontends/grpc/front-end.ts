import { toClusterError } from '@cluster-ai/core/errors.ts';
import type { RpcCall, RpcHandler, RpcReply } from '@cluster-ai/platform/edge/rpc-edge.ts';
import type { ProtoMessages } from '@cluster-ai/protocols/grpc/proto-messages.ts';
import { predict, type Stages } from '../../pipeline.ts';
import type { SwitchedLog } from '../../open-inference/log-settings.ts';
import type { ModelRepository } from '../../open-inference/repository.ts';
import type { TraceSettings } from '../../open-inference/trace-settings.ts';
import { checkHealth, watchHealth, type Health } from './health.ts';
import { inferProtocol } from './infer.ts';
import { describingMethods } from './describing-methods.ts';
import { repositoryMethods, sharedMemoryMethods } from './operating-methods.ts';
import { readProtos } from './read-protos.ts';
import { reflect } from './reflection.ts';
import { sendError } from './send-status.ts';
import { settingsMethods } from './settings-methods.ts';
import { streamInfer } from './stream-infer.ts';
import { unaryHandler, type UnaryMethod } from './unary.ts';

export interface GrpcOptions {
  readonly stages: Stages;
  readonly isReady: () => boolean;
  readonly repository: Pick<ModelRepository, 'index' | 'load' | 'unload'>;
  readonly traces: TraceSettings;
  readonly log: SwitchedLog;
  readonly serverName: string;
  readonly serverVersion: string;
}

export interface GrpcFrontEnd {
  /** The methods that it answers. */
  readonly paths: readonly string[];
  readonly handler: RpcHandler;
}

/** The Open Inference Protocol over gRPC under both names that servers give it, and the health of gRPC. */
export function createGrpcFrontEnd(options: GrpcOptions): GrpcFrontEnd {
  const { stages } = options;
  const protos = readProtos();
  const methods = new Map<string, RpcHandler>();
  const addUnary = (messages: ProtoMessages, all: ReadonlyMap<string, UnaryMethod>): void => {
    for (const method of messages.methods) {
      const unary = all.get(method.name);
      if (unary === undefined) continue;
      methods.set(method.path, unaryHandler(messages, method, unary, stages));
    }
  };
  const inference = new Map(
    Object.entries({
      ...describingMethods(options),
      ...repositoryMethods(options),
      ...settingsMethods(options),
      ...sharedMemoryMethods(),
    }),
  );
  for (const messages of [protos.inference, protos.torchServe]) {
    addUnary(messages, inference);
    const [service = ''] = messages.services;
    methods.set(`/${service}/ModelInfer`, (call, reply) => predict(call, reply, inferProtocol, stages));
    methods.set(
      `/${service}/ModelStreamInfer`,
      refusing(stages, (call, reply) => streamInfer(call, reply, stages)),
    );
  }
  for (const messages of [protos.reflection, protos.reflectionAlpha]) {
    const [path = ''] = messages.methods.map((method) => method.path);
    methods.set(
      path,
      refusing(stages, (call, reply) => reflect(call, reply, messages, Object.values(protos))),
    );
  }
  const services = [protos.inference, protos.torchServe].flatMap((messages) => messages.services);
  const health: Health = { services: new Set(services), isReady: options.isReady };
  addUnary(protos.health, new Map([['Check', checkHealth(health)]]));
  methods.set(
    '/grpc.health.v1.Health/Watch',
    refusing(stages, (call, reply) => watchHealth(call, reply, protos.health, health)),
  );
  return {
    paths: [...methods.keys()],
    handler: async (call, reply) => {
      const method = methods.get(call.path);
      if (method === undefined) throw new Error(`the edge handed over the unknown method ${call.path}`);
      await method(call, reply);
    },
  };
}

/** What such a method throws is told to its client. */
function refusing(stages: Stages, handler: RpcHandler): RpcHandler {
  return async (call: RpcCall, reply: RpcReply) => {
    try {
      await handler(call, reply);
    } catch (thrown) {
      sendError(reply, toClusterError(thrown), stages.nextRequestId(call));
    }
  };
}
