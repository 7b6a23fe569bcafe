import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { listUsers, type User } from '@cluster-ai/contract/api/users.ts';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import { usersText } from '../../i18n/users-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import type { Column } from '../../table/column.ts';
import { listQueryOptions, ListTable } from '../../table/list-table.tsx';
import { useListState } from '../../table/use-list-state.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Status } from '../../ui/status.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';

/** People who may sign in. */
export function UsersPage() {
  const t = useText(usersText);
  const state = useListState();
  const result = useQuery({
    queryKey: ['users', state.query],
    queryFn: ({ signal }) => call(listUsers, { query: state.query, signal }),
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
        filterExample="role=admin"

        empty={
          <EmptyState title={t('emptyTitle')} command={cliWords.createSetupCode()}>
            <p>{t('emptyText')}</p>
          </EmptyState>
        }
      />
    </>
  );
}

function columns(t: Text<typeof usersText.en>): readonly Column<User>[] {
  return [
    { id: 'email', header: t('email'), cell: ({ email }) => <span className="font-semibold">{email}</span> },
    { id: 'name', header: t('name'), cell: ({ name }) => name },
    { id: 'role', header: t('role'), cell: ({ role }) => role },
    {
      id: 'state',
      header: t('state'),
      cell: ({ state }) => <Status tone={state === 'active' ? 'good' : 'rest'}>{t(state)}</Status>,
    },
    {
      id: 'lastSignIn',
      header: t('lastSignIn'),
      cell: ({ lastSignInAt }) => (lastSignInAt === null ? t('never') : <Timestamp at={lastSignInAt} />),
    },
  ];
}
