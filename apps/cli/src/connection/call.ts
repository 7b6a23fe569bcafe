import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AnsweredError, callWithTag } from '@cluster-ai/contract/api/client.ts';
import type { ClientOptions, TaggedAnswer } from '@cluster-ai/contract/api/client.ts';
import { takesIdempotencyKey } from '@cluster-ai/contract/api/endpoint.ts';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ErrorCode } from '@cluster-ai/core/errors.ts';
import type { z } from 'zod';
import { secondsText, visible } from '../output/table.ts';
import { isNobodyThere } from './nobody-there.ts';

type Input<E extends Endpoint> = Parameters<typeof callWithTag<E>>[2];

/** Waits before a call is repeated. */
const delaysMs = [300, 1_000, 3_000];
/** After this long in all, nothing is repeated. */
const repeatingMsMax = 60_000;

/** What passes by itself: a control plane that restarts, or whose answer was lost on the way. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'CONTROL_PLANE_UNAVAILABLE',
  'SHUTTING_DOWN',
  'DATABASE_UNAVAILABLE',
  'REQUEST_IN_PROGRESS',
]);

/**
 * Calls the control API for a command. What passes by itself is tried again, writes under one Idempotency-Key, so that one
 * whose answer was lost is not done twice; an error that the person at the terminal can mend says with which command.
 * @throws ClusterError as `callEndpoint` does.
 */
export async function call<E extends Endpoint>(
  client: ClientOptions,
  target: E,
  input: Input<E> = {},
): Promise<z.output<E['answer']>> {
  return (await callTagged(client, target, input)).answer;
}

/** The same, with the ETag that a change of what was read sends as `ifMatch`. */
export async function callTagged<E extends Endpoint>(
  client: ClientOptions,
  target: E,
  input: Input<E> = {},
): Promise<TaggedAnswer<z.output<E['answer']>>> {
  const idempotencyKey = takesIdempotencyKey(target) ? randomUUID() : undefined;
  const beganMs = performance.now();
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await callWithTag(client, target, { ...input, idempotencyKey });
      if (answer !== null) return answer;
      throw new ClusterError('INTERNAL', `'${target.id}' was asked for what has changed`);
    } catch (error) {
      const delayMs = delaysMs[attempt];
      const isWrite = target.method !== 'GET';
      const isSafe = !isWrite || idempotencyKey !== undefined;
      const isLate = performance.now() - beganMs > repeatingMsMax;
      if (delayMs === undefined || !isSafe || isLate || !passes(error, attempt)) throw withNextCommand(error, client);
      process.stderr.write(`warning: ${visible(error.message)}; trying again in ${secondsText(delayMs)}\n`);
      await sleep(delayMs);
    }
  }
}

/** Where nothing listens from the beginning, nothing is under way: whoever waits would wait in vain. */
function passes(error: unknown, attempt: number): error is ClusterError {
  if (!(error instanceof ClusterError) || !passing.has(error.code)) return false;
  return attempt > 0 || !isNobodyThere(error);
}

/** The same error with what the person at the terminal can do about it, where the server has not said so. */
export function withNextCommand(error: unknown, { baseUrl, token }: ClientOptions): unknown {
  if (!(error instanceof AnsweredError) || error.fix !== undefined) return error;
  const fix = nextCommand(error.code, baseUrl, token !== undefined);
  if (fix === undefined) return error;
  const { errors } = error;
  return new AnsweredError(error.code, error.message, error.requestId, {
    fix,
    ...(errors === undefined ? {} : { errors }),
  });
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
