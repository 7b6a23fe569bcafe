import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import type { AuditEntry } from '@cluster-ai/core/audit/audit-entry.ts';
import { Command } from 'commander';
import { clientOf } from '../context.ts';
import { printList, withListOptions } from '../list-options.ts';
import type { ListOptions, ListTable } from '../list-options.ts';
import { withExamples } from '../with-examples.ts';

/** Details may be long; their beginning tells entries apart, and `-o json` has the whole. */
const detailCharactersMax = 80;

const table: ListTable<AuditEntry> = {
  columns: ['ENTRY', 'TIME', 'ACTOR', 'ACTION', 'TARGET', 'DETAIL'],
  row: ({ id, at, actor, action, target, detail }) => {
    const text = JSON.stringify(detail);
    const shown = text.length > detailCharactersMax ? `${text.slice(0, detailCharactersMax)}…` : text;
    return [String(id), at, actor, action, target, shown];
  },
  empty: 'the audit log is empty',
};

export function auditListCommand(): Command {
  const command = new Command('list')
    .description('List the newest audit entries')
    .action((_flags, command: Command) => {
      const options = command.optsWithGlobals<ListOptions>();
      return printList(options, { client: clientOf(options), target: listAudit, table });
    });
  return withExamples(
    withListOptions(command, listAudit),
    "cluster-ai audit list --filter 'actor=ana@example.com at>=2026-01-31 target~iris'",
  );
}
