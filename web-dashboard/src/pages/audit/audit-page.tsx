import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import { call } from '../../api/client.ts';
import { auditText } from '../../i18n/audit-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import type { Column } from '../../table/column.ts';
import { listQueryOptions, ListTable } from '../../table/list-table.tsx';
import { useListState } from '../../table/use-list-state.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { EntryDialog } from './entry-dialog.tsx';
import { ExportMenu } from './export-menu.tsx';
import { VerifyChain } from './verify-chain.tsx';

export type AuditEntry = z.output<typeof listAudit.answer>['items'][number];

/** Every change, newest first. */
export function AuditPage() {
  const t = useText(auditText);
  const state = useListState();
  const [opened, setOpened] = useState<AuditEntry | null>(null);
  const result = useQuery({
    queryKey: ['audit', state.query],
    queryFn: ({ signal }) => call(listAudit, { query: state.query, signal }),
    ...listQueryOptions,
  });
  return (
    <>
      <PageHeader title={t('title')} summary={t('summary')} actions={<ExportMenu />} />
      <VerifyChain />
      <ListTable
        caption={t('title')}
        state={state}
        result={result}
        columns={columns(t, setOpened)}
        rowKey={(row) => String(row.id)}
        fields={listAudit.query.list.fields}
        filterExample="actor~ana at>=2026-01-01"
        command={cliWords.listAudit({ filter: state.search.filter, sort: state.search.sort })}
        empty={
          <EmptyState title={t('emptyTitle')}>
            <p>{t('emptyText')}</p>
          </EmptyState>
        }
      />
      <EntryDialog
        entry={opened}
        onClose={() => setOpened(null)}
        onFilter={(filter) => {
          setOpened(null);
          state.setFilter(filter);
        }}
      />
    </>
  );
}

function columns(t: Text<typeof auditText.en>, open: (entry: AuditEntry) => void): readonly Column<AuditEntry>[] {
  return [
    { id: 'id', header: t('number'), align: 'end', sort: 'id', cell: ({ id }) => id },
    { id: 'at', header: t('at'), sort: 'at', cell: ({ at }) => <Timestamp at={at} /> },
    { id: 'actor', header: t('actor'), cell: ({ actor }) => <span className="break-words">{actor}</span> },
    { id: 'action', header: t('action'), cell: ({ action }) => <code className="font-mono text-xs">{action}</code> },
    { id: 'target', header: t('target'), cell: ({ target }) => <span className="break-words">{target}</span> },
    {
      id: 'requestId',
      header: t('requestId'),
      cell: ({ requestId }) => <code className="font-mono text-xs break-all text-muted">{requestId}</code>,
    },
    {
      id: 'actions',
      header: '',
      align: 'end',
      cell: (entry) => (
        <Button
          look="quiet"
          size="small"
          aria-label={t('detailsOf', { id: String(entry.id) })}
          onClick={() => open(entry)}
        >
          {t('details')}
        </Button>
      ),
    },
  ];
}
