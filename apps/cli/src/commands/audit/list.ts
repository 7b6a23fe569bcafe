import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { pageSizeMax } from '@cluster-ai/contract/api/page.ts';
import type { AuditEntry } from '@cluster-ai/core/audit/audit-entry.ts';
import { Command } from 'commander';
import { print } from '../../output/print.ts';
import { renderTable } from '../../output/table.ts';
import { wholeNumber } from '../arguments.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';

interface ListOptions extends GlobalOptions {
  readonly filter?: string;
  readonly limit: number;
}

export function auditListCommand(): Command {
  return new Command('list')
    .description('List the newest audit entries')
    .option('--filter <conditions>', 'such as: actor=admin-token at>=2026-01-31 target~iris')
    .option('--limit <number>', 'show so many', wholeNumber, 50)
    .action(async (_flags, command: Command) => {
      const options = command.optsWithGlobals<ListOptions>();
      const entries = await newest(clientOf(options), options);
      print(options.output, entries, () => table(entries));
    });
}

async function newest(client: ClientOptions, { filter, limit: count }: ListOptions): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  let cursor: string | undefined;
  do {
    const limit = Math.min(pageSizeMax, count - entries.length);
    const page = await callEndpoint(client, listAudit, { query: { filter, limit, cursor } });
    entries.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && entries.length < count);
  return entries;
}

/** Details may be long; their beginning tells entries apart, and `-o json` has the whole. */
const detailCharactersMax = 80;

function table(entries: readonly AuditEntry[]): string {
  return renderTable(
    ['ENTRY', 'TIME', 'ACTOR', 'ACTION', 'TARGET', 'DETAIL'],
    entries.map(({ id, at, actor, action, target, detail }) => {
      const text = JSON.stringify(detail);
      const shown = text.length > detailCharactersMax ? `${text.slice(0, detailCharactersMax)}…` : text;
      return [String(id), at, actor, action, target, shown];
    }),
  );
}
