import { AnsweredError } from '@cluster-ai/contract/api/client.ts';
import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import { exitCodeOf } from './exit-codes.ts';
import type { OutputFormat } from './format.ts';
import { visible } from './table.ts';

/**
 * Writes an error to stderr: `error: <what>`, when there is one thing to do `fix: <next step>`, and for what a server
 * answered `request: <id>`, under which its log has more; as one JSON object with `-o json`. A defect shows its stack: it
 * has to be reported with it.
 * @returns the exit code.
 */
export function showError(thrown: unknown, format: OutputFormat): number {
  const error = toClusterError(thrown);
  const { code } = error;
  const isDefect = code === 'INTERNAL' && !(thrown instanceof ClusterError);
  const message = isDefect ? stackOf(thrown) : error.message;
  const fix = error.fix ?? waitingText(error);
  const requestId = error instanceof AnsweredError ? error.requestId : undefined;
  if (format === 'json') {
    process.stderr.write(`${JSON.stringify({ error: { code, message, fix, requestId, errors: error.errors } })}\n`);
  } else {
    const lines = [`error: ${message}`, ...(fix === undefined ? [] : [`fix: ${fix}`])];
    const shown = isDefect ? lines : lines.map((line) => line.split('\n').map(visible).join('\n'));
    process.stderr.write(`${[...shown, ...(requestId === undefined ? [] : [`request: ${requestId}`])].join('\n')}\n`);
  }
  return exitCodeOf(code);
}

function waitingText({ retryAfterSeconds }: ClusterError): string | undefined {
  return retryAfterSeconds === undefined ? undefined : `try again in ${retryAfterSeconds} s`;
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
