import { ClusterError } from '@cluster-ai/core/errors.ts';
import { validatorCompiler } from 'fastify-type-provider-zod';

/**
 * Checks a part of a request against its schema. zod measures whatever has a `length`, before it looks whether it is a
 * text: an object that has one which is no number makes it throw, and that is the fault of who sent it.
 */
export const checkParts: typeof validatorCompiler = (route) => {
  const check = validatorCompiler(route);
  return (data: unknown) => {
    try {
      return check(data);
    } catch (cause) {
      if (!(cause instanceof TypeError && cause.message.startsWith('Cannot convert object to primitive'))) throw cause;
      return {
        error: new ClusterError('INVALID_ARGUMENT', 'an object stands where a text or a list is expected', { cause }),
      };
    }
  };
};
