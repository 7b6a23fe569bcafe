import { certificateProblem, trustFix } from '@cluster-ai/contract/api/certificate-problem.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ErrorCode } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';

const errorSchema = z.object({ error: z.string() });

export interface GatewayCall {
  readonly gatewayUrl: string;
  /** From the root: `/v2/models/iris`. */
  readonly path: string;
  /** JSON text; a call without one is a GET. */
  readonly body?: string | undefined;
  readonly timeoutMs: number;
}

/**
 * Calls a gateway in the Open Inference Protocol. @returns the answer's JSON.
 * @throws ClusterError GATEWAY_UNAVAILABLE when nobody answers, else with what the gateway said.
 */
export async function callGateway({ gatewayUrl, path, body, timeoutMs }: GatewayCall): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`${gatewayUrl}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body ?? null,
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (cause) {
    const problem = certificateProblem(cause);
    if (problem !== null) {
      const message = `the gateway at ${gatewayUrl} shows a certificate that is not trusted: ${problem}`;
      throw new ClusterError('GATEWAY_UNAVAILABLE', message, { cause, fix: trustFix });
    }
    throw new ClusterError('GATEWAY_UNAVAILABLE', `the gateway at ${gatewayUrl} does not answer`, {
      cause,
      fix: 'start it with `cluster-ai up`, or name another address with --gateway or CLUSTER_AI_GATEWAY',
    });
  }
  const text = await response.text();
  const answer = parseJson(text);
  if (response.ok && answer !== undefined) return answer;
  const parsed = errorSchema.safeParse(answer);
  throw new ClusterError(
    codeOf(response.status),
    parsed.success ? parsed.data.error : `${gatewayUrl}${path} answered ${response.status}: ${text.slice(0, 200)}`,
  );
}

/** The protocol's errors carry a status and a sentence, no code. */
function codeOf(status: number): ErrorCode {
  const codes: Partial<Record<number, ErrorCode>> = {
    401: 'UNAUTHENTICATED',
    403: 'PERMISSION_DENIED',
    404: 'NOT_FOUND',
    413: 'BODY_TOO_LARGE',
    503: 'OVERLOADED',
    504: 'DEADLINE_EXCEEDED',
  };
  return codes[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'MODEL_EXECUTION_FAILED');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Something else than a gateway answered.
    return undefined;
  }
}
