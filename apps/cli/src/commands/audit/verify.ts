import { verifyAudit } from '@cluster-ai/contract/api/audit.ts';
import type { AuditVerification } from '@cluster-ai/contract/api/audit.ts';
import { call } from '../../connection/call.ts';
import { headText, parseHead } from '@cluster-ai/core/audit/audit-entry.ts';
import { Command, InvalidArgumentError } from 'commander';
import { exitCodes } from '../../output/exit-codes.ts';
import { print } from '../../output/print.ts';
import { secondsText } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';

interface VerifyOptions extends GlobalOptions {
  readonly head?: string;
}

/** The whole log is read: a hundred thousand entries take seconds. */
const verifyTimeoutMs = 600_000;

export function auditVerifyCommand(): Command {
  const command = new Command('verify')
    .description('Read the whole audit log and name entries that were altered, deleted, moved or put in')
    .option('--head <id:hash>', 'a head that was noted earlier: the log must still hold it', headArgument)
    .action(async (_flags, command: Command) => {
      const { head, ...options } = command.optsWithGlobals<VerifyOptions>();
      const client = { ...clientOf(options), timeoutMs: verifyTimeoutMs };
      const verification = await call(client, verifyAudit, { query: { head } });
      print(options.output, verification, () => report(verification));
      if (!verification.intact) process.exitCode = exitCodes.failed;
    });
  return withExamples(command, 'cluster-ai audit verify');
}

function headArgument(text: string): string {
  if (parseHead(text) !== null) return text;
  throw new InvalidArgumentError('It must be <number>:<64 hex digits>, as `audit verify` prints it.');
}

function report({ intact, entries, head, problems, problemsTotal, durationMs }: AuditVerification): string {
  const read = `${entries} entries were read in ${secondsText(durationMs)}`;
  if (!intact) {
    const more = problemsTotal > problems.length ? [`… and ${problemsTotal - problems.length} more`] : [];
    const lines = problems.map(({ kind, message }) => `${kind}: ${message}`);
    return [`the audit log is not what was written; ${read}`, ...lines, ...more].join('\n');
  }
  if (head === null) return 'the audit log is empty';
  return [
    `the audit log is intact; ${read}`,
    `head ${headText(head)}`,
    'keep the head elsewhere; later: cluster-ai audit verify --head <head>',
  ].join('\n');
}
