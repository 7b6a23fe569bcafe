import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { listKeys, type ApiKey } from '@cluster-ai/contract/api/keys.ts';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import { keysText } from '../../i18n/keys-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import type { Column } from '../../table/column.ts';
import { listQueryOptions, ListTable } from '../../table/list-table.tsx';
import { useListState } from '../../table/use-list-state.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Status } from '../../ui/status.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';

/** API keys: the reader’s own, and everybody’s for administrators. */
export function KeysPage() {
  const t = useText(keysText);
  const state = useListState();
  const result = useQuery({
    queryKey: ['keys', state.query],
    queryFn: ({ signal }) => call(listKeys, { query: state.query, signal }),
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
        rowKey={(row) => row.id}
        filterExample="state=active"

        empty={
          <EmptyState title={t('emptyTitle')} command={cliWords.createKey({ name: 'my-key' })}>
            <p>{t('emptyText')}</p>
          </EmptyState>
        }
      />
    </>
  );
}

function columns(t: Text<typeof keysText.en>): readonly Column<ApiKey>[] {
  return [
    { id: 'name', header: t('name'), cell: ({ name }) => <span className="font-semibold">{name}</span> },
    { id: 'prefix', header: t('prefix'), cell: ({ prefix }) => <code className="font-mono text-xs">{prefix}</code> },
    {
      id: 'state',
      header: t('state'),
      cell: ({ state }) => <Status tone={state === 'active' ? 'good' : 'rest'}>{t(state)}</Status>,
    },
    {
      id: 'lastUsed',
      header: t('lastUsed'),
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? t('never') : <Timestamp at={lastUsedAt} />),
    },
  ];
}
