import type { Problem } from '@cluster-ai/contract/api/problem.ts';
import { ClusterError, errorTable, toClusterError } from '@cluster-ai/core/errors.ts';
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
  };
}

/** Turns what a handler or the framework threw into an error of the table. */
export function clusterErrorOf(error: FastifyError | Error): ClusterError {
  if (error instanceof ClusterError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return validationError(error);
  const code = 'code' in error ? error.code : '';
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new ClusterError('BODY_TOO_LARGE', 'the body is larger than the limit of this call');
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new ClusterError('INVALID_ARGUMENT', 'the content type is not one that this call takes', {
      fix: 'send application/json',
    });
  }
  // Everything else that the framework refuses before a handler ran is about the form of the request.
  if ('statusCode' in error && error.statusCode === 400) return new ClusterError('INVALID_ARGUMENT', error.message);
  return toClusterError(error);
}

function validationError(
  error: FastifyError & { validation: readonly { instancePath: string; message?: string }[] },
): ClusterError {
  const where = error.validationContext === 'querystring' ? 'query' : (error.validationContext ?? 'request');
  const lines = error.validation.map(({ instancePath, message }) => {
    const field = instancePath
      .split('/')
      .filter((part) => part !== '')
      .join('.');
    return `${field === '' ? where : `${where}.${field}`}: ${message ?? 'not valid'}`;
  });
  return new ClusterError('INVALID_ARGUMENT', lines.join('; '));
}
