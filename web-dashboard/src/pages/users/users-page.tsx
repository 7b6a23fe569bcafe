import { listUsers, type User } from '@cluster-ai/contract/api/users.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { useCan, useSession } from '../../api/session.ts';
import { usersText } from '../../i18n/users-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import type { Column } from '../../table/column.ts';
import { listQueryOptions, ListTable } from '../../table/list-table.tsx';
import { useListState } from '../../table/use-list-state.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Status, type Tone } from '../../ui/status.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { UserActions } from './user-actions.tsx';

/** People who may sign in. */
export function UsersPage() {
  const t = useText(usersText);
  const state = useListState();
  const [isInviting, setIsInviting] = useState(false);
  const mayInvite = useCan('admin');
  const ownId = useSession()?.user?.id;
  const result = useQuery({
    queryKey: ['users', state.query],
    queryFn: ({ signal }) => call(listUsers, { query: state.query, signal }),
    ...listQueryOptions,
  });
  return (
    <>
      <PageHeader
        title={t('title')}
        summary={t('summary')}
        actions={
          <Button look="primary" disabledReason={mayInvite.reason} onClick={() => setIsInviting(true)}>
            {t('invite')}
          </Button>
        }
      />
      <ListTable
        caption={t('title')}
        state={state}
        result={result}
        columns={columns(t, ownId)}
        rowKey={(row) => row.id}
        filterExample="role=admin"
        command={cliWords.listUsers({ filter: state.search.filter, sort: state.search.sort })}
        empty={
          <EmptyState title={t('emptyTitle')} command={cliWords.createSetupCode()}>
            <p>{t('emptyText')}</p>
          </EmptyState>
        }
      />
      <InviteDialog isOpen={isInviting} onClose={() => setIsInviting(false)} />
    </>
  );
}

const tones: Readonly<Record<User['state'], Tone>> = {
  active: 'good',
  invited: 'progress',
  disabled: 'rest',
  locked: 'warn',
};

function columns(t: Text<typeof usersText.en>, ownId: string | undefined): readonly Column<User>[] {
  return [
    {
      id: 'email',
      header: t('email'),
      sort: 'email',
      cell: ({ id, email, name }) => (
        <div>
          <p className="flex items-center gap-2 font-semibold">
            {email} {id === ownId && <Badge>{t('you')}</Badge>}
          </p>
          {name !== '' && <p className="text-sm text-muted">{name}</p>}
        </div>
      ),
    },
    { id: 'role', header: t('role'), sort: 'role', cell: ({ role }) => t(role) },
    { id: 'state', header: t('state'), cell: (user) => <UserState user={user} /> },
    {
      id: 'signsInWith',
      header: t('signsInWith'),
      cell: ({ signsInWith }) => (
        <span className="text-muted">{signsInWith === null ? t('notYet') : t(signsInWith)}</span>
      ),
    },
    {
      id: 'lastSignIn',
      header: t('lastSignIn'),
      sort: 'lastSignInAt',
      cell: ({ lastSignInAt }) => (lastSignInAt === null ? t('never') : <Timestamp at={lastSignInAt} />),
    },
    { id: 'sessions', header: t('sessions'), align: 'end', cell: ({ sessions }) => sessions },
    { id: 'actions', header: '', align: 'end', cell: (user) => <UserActions user={user} isSelf={user.id === ownId} /> },
  ];
}

function UserState({ user: { state, lockedUntil } }: { readonly user: User }) {
  const t = useText(usersText);
  return (
    <Status tone={tones[state]}>
      {state === 'locked' && lockedUntil !== null
        ? t.rich('lockedUntil', { at: <Timestamp at={lockedUntil} look="clock" /> })
        : t(state)}
    </Status>
  );
}
