import { AnsweredError, callEndpoint } from '@cluster-ai/contract/api/client.ts';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import type { ErrorCode } from '@cluster-ai/core/errors.ts';
import type { z } from 'zod';

/**
 * Calls the control API for a command; an error that the person at the terminal can mend says with which command.
 * @throws ClusterError as `callEndpoint` does.
 */
export async function call<E extends Endpoint>(
  client: ClientOptions,
  target: E,
  input: Parameters<typeof callEndpoint<E>>[2] = {},
): Promise<z.output<E['answer']>> {
  try {
    return await callEndpoint(client, target, input);
  } catch (error) {
    throw withNextCommand(error, client);
  }
}

/** The same error with what the person at the terminal can do about it, where the server has not said so. */
export function withNextCommand(error: unknown, { baseUrl, token }: ClientOptions): unknown {
  if (!(error instanceof AnsweredError) || error.fix !== undefined) return error;
  const fix = nextCommand(error.code, baseUrl, token !== undefined);
  return fix === undefined ? error : new AnsweredError(error.code, error.message, error.requestId, { fix });
}

function nextCommand(code: ErrorCode, server: string, hasToken: boolean): string | undefined {
  if (code === 'UNAUTHENTICATED') {
    const why = hasToken ? 'what you signed in with is not known there any more; sign in again' : 'sign in';
    return `${why}: cluster-ai login --server ${server}`;
  }
  if (code === 'PERMISSION_DENIED') {
    return 'see what you may do with cluster-ai whoami; an administrator gives more with cluster-ai user role';
  }
  return undefined;
}
