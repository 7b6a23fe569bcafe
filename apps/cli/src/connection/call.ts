import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
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

function withNextCommand(error: unknown, { baseUrl, token }: ClientOptions): unknown {
  if (!(error instanceof ClusterError) || error.fix !== undefined) return error;
  if (error.code === 'UNAUTHENTICATED') {
    const fix =
      token === undefined
        ? `sign in: cluster-ai login --server ${baseUrl}`
        : `what you signed in with is not known there any more; sign in again: cluster-ai login --server ${baseUrl}`;
    return new ClusterError(error.code, error.message, { cause: error, fix });
  }
  if (error.code === 'PERMISSION_DENIED') {
    const fix = 'see what you may do with cluster-ai whoami; an administrator gives more with cluster-ai user role';
    return new ClusterError(error.code, error.message, { cause: error, fix });
  }
  return error;
}
