import { ClusterError } from '@cluster-ai/core/errors.ts';

/** Ends a program that could not begin: what is wrong and what to do, on stderr; a defect shows its stack. */
export function exitWith(error: unknown): never {
  const text =
    error instanceof ClusterError
      ? `${error.message}${error.fix === undefined ? '' : `\n${error.fix}`}`
      : String(error instanceof Error ? (error.stack ?? error.message) : error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
