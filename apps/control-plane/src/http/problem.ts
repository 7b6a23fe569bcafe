import type { Problem } from '@cluster-ai/contract/api/problem.ts';
import { ClusterError, errorTable, toClusterError } from '@cluster-ai/core/errors.ts';
import type { ErrorCode, ErrorExtras } from '@cluster-ai/core/errors.ts';
import { exhaustedError } from '@cluster-ai/platform/process/exhausted.ts';
import type { FastifyError } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';

export const problemContentType = 'application/problem+json';

/** RFC 9457 form of an error. `type` names its code, as docs/reference/errors.md does. */
export function problemOf(error: ClusterError, requestId: string): Problem {
  return {
    type: `urn:cluster-ai:error:${error.code.toLowerCase()}`,
    title: errorTable[error.code].meaning,
    status: error.httpStatus,
    detail: error.message,
    code: error.code,
    requestId,
    ...(error.fix === undefined ? {} : { fix: error.fix }),
    ...(error.errors === undefined ? {} : { errors: [...error.errors] }),
  };
}

/** Turns what a handler or the framework threw into an error of the table. */
export function clusterErrorOf(error: FastifyError | Error): ClusterError {
  if (error instanceof ClusterError) return error;
  const exhausted = exhaustedError(error);
  if (exhausted !== null) return exhausted;
  if (hasZodFastifySchemaValidationErrors(error)) return validationError(error);
  const known = 'code' in error ? frameworkErrors.get(error.code) : undefined;
  if (known !== undefined) return new ClusterError(known.code, known.text, known.extras);
  // Everything else that the framework refuses before a handler ran is about the form of the request.
  if ('statusCode' in error && error.statusCode === 400) return new ClusterError('INVALID_ARGUMENT', error.message);
  return toClusterError(error);
}

interface KnownError {
  readonly code: ErrorCode;
  readonly text: string;
  readonly extras?: ErrorExtras;
}

/** What the framework finds wrong by itself, in our words. */
const frameworkErrors: ReadonlyMap<string, KnownError> = new Map<string, KnownError>([
  ['FST_ERR_CTP_BODY_TOO_LARGE', { code: 'BODY_TOO_LARGE', text: 'the body is larger than the limit of this call' }],
  [
    'FST_ERR_CTP_INVALID_MEDIA_TYPE',
    {
      code: 'UNSUPPORTED_MEDIA_TYPE',
      text: 'the content type is not one that this call takes',
      extras: { fix: 'send application/json' },
    },
  ],
  [
    'FST_ERR_BAD_URL',
    { code: 'INVALID_ARGUMENT', text: 'the path of the address is not percent-encoded as it should be (RFC 3986)' },
  ],
  [
    'FST_ERR_MAX_PARAM_LENGTH',
    { code: 'INVALID_ARGUMENT', text: 'a part of the path is longer than anything that could be named by it' },
  ],
  [
    'FST_ERR_CTP_EMPTY_JSON_BODY',
    { code: 'INVALID_ARGUMENT', text: 'the body is empty, and its content type says JSON' },
  ],
  // What leads out of the dashboard's folder.
  ['FST_STATIC_FORBIDDEN_PATH', { code: 'NOT_FOUND', text: 'there is no such file of the dashboard' }],
  [
    'FST_ERR_CTP_INVALID_JSON_BODY',
    { code: 'INVALID_ARGUMENT', text: 'the body is not JSON, or has a key like __proto__' },
  ],
  [
    'FST_ERR_CTP_INVALID_CONTENT_LENGTH',
    { code: 'INVALID_ARGUMENT', text: 'the body is not as long as its Content-Length says' },
  ],
]);

const partNames: Readonly<Record<string, string>> = { querystring: 'query', headers: 'headers', body: 'body' };

function validationError(
  error: FastifyError & { validation: readonly { instancePath: string; message?: string }[] },
): ClusterError {
  const part = partNames[error.validationContext ?? ''] ?? 'params';
  const errors = error.validation.map(({ instancePath, message }) => ({
    path: [part, ...instancePath.split('/').filter((name) => name !== '')].join('.'),
    message: message ?? 'not valid',
  }));
  const text = errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new ClusterError('INVALID_ARGUMENT', text, { errors });
}
