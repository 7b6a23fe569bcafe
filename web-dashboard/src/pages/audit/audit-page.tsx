import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import { auditText } from '../../i18n/audit-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import type { Column } from '../../table/column.ts';
import { listQueryOptions, ListTable } from '../../table/list-table.tsx';
import { useListState } from '../../table/use-list-state.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';

type AuditEntry = Awaited<ReturnType<typeof call<typeof listAudit>>>['items'][number];

/** Every change, newest first. */
export function AuditPage() {
  const t = useText(auditText);
  const state = useListState();
  const result = useQuery({
    queryKey: ['audit', state.query],
    queryFn: ({ signal }) => call(listAudit, { query: state.query, signal }),
    ...listQueryOptions,
  });
  return (
    <>
      <PageHeader title={t('title')} summary={t('summary')} />
      <ListTable
        caption={t('title')}
        state={state}
        result={result}
        columns={columns(t)}
        rowKey={(row) => String(row.id)}
        filterExample="actor=admin at>=2026-01-01"

        empty={
          <EmptyState title={t('emptyTitle')}>
            <p>{t('emptyText')}</p>
          </EmptyState>
        }
      />
    </>
  );
}

function columns(t: Text<typeof auditText.en>): readonly Column<AuditEntry>[] {
  return [
    { id: 'at', header: t('at'), cell: ({ at }) => <Timestamp at={at} /> },
    { id: 'actor', header: t('actor'), cell: ({ actor }) => actor },
    { id: 'action', header: t('action'), cell: ({ action }) => <code className="font-mono text-xs">{action}</code> },
    { id: 'target', header: t('target'), cell: ({ target }) => target },
    {
      id: 'requestId',
      header: t('requestId'),
      cell: ({ requestId }) => <code className="font-mono text-xs text-muted">{requestId}</code>,
    },
  ];
}
