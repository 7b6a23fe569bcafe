import type { RpcCall, RpcReply } from '@cluster-ai/platform/edge/rpc-edge.ts';
import type { ProtoMessages, ProtoObject } from '@cluster-ai/protocols/grpc/proto-messages.ts';
import { textOf } from './fields.ts';
import { MessageReader } from './message-reader.ts';
import { openMessageLimit } from './open-calls.ts';
import { stopping } from './send-status.ts';

/** Codes of gRPC in an error_response. */
const notFound = 5;
const unimplemented = 12;

/**
 * Server reflection: clients ask for services and messages instead of having their files. What it tells is published
 * anyway, so it asks for no key; nothing about models is in it.
 * @param messages of the reflection package in whose name is asked.
 * @param packages all that the listener answers to.
 */
export async function reflect(
  call: RpcCall,
  reply: RpcReply,
  messages: ProtoMessages,
  packages: readonly ProtoMessages[],
): Promise<void> {
  const reader = new MessageReader(call);
  const next = (): Promise<Uint8Array | null> => reader.next(openMessageLimit());
  for (let message = await next(); message !== null; message = await next()) {
    const request = messages.decode('ServerReflectionRequest', message);
    const answer = { valid_host: textOf(request, 'host'), original_request: request, ...answerTo(request, packages) };
    if (!reply.send(messages.encode('ServerReflectionResponse', answer))) await reply.drained();
  }
  reply.end(call.isClosing ? stopping : { code: 'OK', message: '' });
}

function answerTo(request: ProtoObject, packages: readonly ProtoMessages[]): ProtoObject {
  switch (request['message_request']) {
    case 'list_services':
      return {
        list_services_response: {
          service: packages.flatMap(({ services }) => services.map((name) => ({ name }))),
        },
      };
    case 'file_by_filename':
      return files(packages, textOf(request, 'file_by_filename'), (each, name) => each.file === name);
    case 'file_containing_symbol':
      return files(packages, textOf(request, 'file_containing_symbol'), (each, name) => each.declares(name));
    case 'file_containing_extension':
    case 'all_extension_numbers_of_type':
      return failure(notFound, 'no message has extensions');
    default:
      return failure(unimplemented, 'the request asks for nothing that is known');
  }
}

function files(
  packages: readonly ProtoMessages[],
  name: string,
  holds: (messages: ProtoMessages, name: string) => boolean,
): ProtoObject {
  const found = packages.find((messages) => holds(messages, name));
  return found === undefined
    ? failure(notFound, `'${name.slice(0, 200)}' is not known`)
    : { file_descriptor_response: { file_descriptor_proto: [found.fileDescriptor] } };
}

function failure(code: number, message: string): ProtoObject {
  return { error_response: { error_code: code, error_message: message } };
}
