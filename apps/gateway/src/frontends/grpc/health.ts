import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { RpcCall, RpcReply } from '@cluster-ai/platform/edge/rpc-edge.ts';
import type { ProtoMessages } from '@cluster-ai/protocols/grpc/proto-messages.ts';
import { textOf } from './fields.ts';
import { openMessageLimit } from './open-calls.ts';
import { stopping } from './send-status.ts';
import type { UnaryMethod } from './unary.ts';

/** How often a watched status is looked at, milliseconds: the most by which a change is told late. */
const lookEveryMs = 250;

type ServingStatus = 'SERVING' | 'NOT_SERVING';

/** Whether a service is served: the whole server under an empty name, and each of `services`. */
export interface Health {
  readonly services: ReadonlySet<string>;
  readonly isReady: () => boolean;
}

/** @returns null for a service that there is not. */
function statusOf({ services, isReady }: Health, service: string): ServingStatus | null {
  if (service !== '' && !services.has(service)) return null;
  return isReady() ? 'SERVING' : 'NOT_SERVING';
}

/** `Check`: the status now. */
export function checkHealth(health: Health): UnaryMethod {
  return {
    action: null,
    answer: (request) => {
      const service = textOf(request, 'service');
      const status = statusOf(health, service);
      if (status === null) throw new ClusterError('NOT_FOUND', `unknown service '${service.slice(0, 200)}'`);
      return { status };
    },
  };
}

/** `Watch`: the status now, and whenever it changes, until the client goes or the listener closes. */
export async function watchHealth(
  call: RpcCall,
  reply: RpcReply,
  messages: ProtoMessages,
  health: Health,
): Promise<void> {
  const service = textOf(messages.decode('HealthCheckRequest', await call.body(openMessageLimit())), 'service');
  const ended = Promise.withResolvers<void>();
  let told = '';
  const look = (): void => {
    const status = statusOf(health, service) ?? 'SERVICE_UNKNOWN';
    if (status === told) return;
    told = status;
    reply.send(messages.encode('HealthCheckResponse', { status }));
  };
  look();
  const timer = setInterval(look, lookEveryMs);
  call.onCancel(() => ended.resolve());
  call.onClosing(() => ended.resolve());
  await ended.promise;
  clearInterval(timer);
  look();
  reply.end(stopping);
}
