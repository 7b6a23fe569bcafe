import type { ProtoObject } from '@cluster-ai/protocols/grpc/proto-messages.ts';

/** A text field of a message; it is empty where it is not there. */
export function textOf(message: ProtoObject, field: string): string {
  const value = message[field];
  return typeof value === 'string' ? value : '';
}

/** A text field of which an empty one means: let the server choose. */
export function textOrNull(message: ProtoObject, field: string): string | null {
  const text = textOf(message, field);
  return text === '' ? null : text;
}
