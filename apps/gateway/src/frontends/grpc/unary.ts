import type { KeyAction } from '@cluster-ai/core/access/roles.ts';
import { toClusterError } from '@cluster-ai/core/errors.ts';
import type { RpcCall, RpcHandler } from '@cluster-ai/platform/edge/rpc-edge.ts';
import type { ProtoMessages, ProtoMethod, ProtoObject } from '@cluster-ai/protocols/grpc/proto-messages.ts';
import { assertMay, local, type Caller } from '../../auth/caller.ts';
import { assertOperates } from '../../open-inference/operator.ts';
import type { Stages } from '../../pipeline.ts';
import { openMessageLimit } from './open-calls.ts';
import { sendError, sendMessage, trailersOf } from './send-status.ts';

/** Who calls, and what came with the call. */
export interface UnaryContext {
  readonly caller: Caller;
  readonly call: RpcCall;
}

/** A method that takes one message and gives one, apart from predictions. */
export interface UnaryMethod {
  /**
   * What the key must allow, before a message is read; null for what is open to everybody, as health is: load balancers
   * have no key. Nobody operates without a key, also not from this machine.
   */
  readonly action: KeyAction | null;
  /** Gives the fields of the answer. */
  answer(request: ProtoObject, context: UnaryContext): object | Promise<object>;
}

/** Answers the calls of such a method. */
export function unaryHandler(
  messages: ProtoMessages,
  { requestType, responseType }: ProtoMethod,
  method: UnaryMethod,
  stages: Stages,
): RpcHandler {
  const { admission } = stages;
  return async (call, reply) => {
    const requestId = stages.nextRequestId(call);
    let keptBytes = 0;
    try {
      const caller = await callerOf(call, method, stages);
      const assertSmall = method.action === null ? openMessageLimit() : null;
      const body = await call.body((bytes) => {
        assertSmall?.(bytes);
        admission.keep(bytes);
        keptBytes += bytes;
      });
      const response = await method.answer(messages.decode(requestType, body), { caller, call });
      sendMessage(reply, messages.encode(responseType, response), trailersOf(requestId));
    } catch (thrown) {
      sendError(reply, toClusterError(thrown), requestId);
    } finally {
      admission.release(keptBytes);
    }
  };
}

async function callerOf(call: RpcCall, { action }: UnaryMethod, stages: Stages): Promise<Caller> {
  if (action === null) return local;
  const caller = await stages.authenticate(call);
  if (action === 'operate') assertOperates(call, caller);
  else assertMay(caller, action);
  return caller;
}
