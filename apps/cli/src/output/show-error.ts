import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import { exitCodeOf } from './exit-codes.ts';
import type { OutputFormat } from './format.ts';

/**
 * Writes an error to stderr: `error: <what>` and, when there is one thing to do, `fix: <next step>`; as one JSON object
 * with `-o json`. A defect shows its stack: it has to be reported with it.
 * @returns the exit code.
 */
export function showError(thrown: unknown, format: OutputFormat): number {
  const error = toClusterError(thrown);
  const isDefect = error.code === 'INTERNAL' && !(thrown instanceof ClusterError);
  const message = isDefect ? stackOf(thrown) : error.message;
  const fix = error.fix;
  if (format === 'json') {
    process.stderr.write(
      `${JSON.stringify({ error: { code: error.code, message, ...(fix === undefined ? {} : { fix }) } })}\n`,
    );
  } else {
    process.stderr.write(`error: ${message}\n${fix === undefined ? '' : `fix: ${fix}\n`}`);
  }
  return exitCodeOf(error.code);
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
