import { listKeys, type ApiKey } from '@cluster-ai/contract/api/keys.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { useCan } from '../../api/session.ts';
import { keysText } from '../../i18n/keys-text.ts';
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
import { CreateKeyDialog } from './create-key-dialog.tsx';
import { KeyLimits } from './key-limits.tsx';
import { RevokeKey } from './revoke-key.tsx';

/** API keys: the reader’s own, and everybody’s for administrators. */
export function KeysPage() {
  const t = useText(keysText);
  const state = useListState();
  const [isCreating, setIsCreating] = useState(false);
  const mayCreate = useCan('operator');
  const result = useQuery({
    queryKey: ['keys', state.query],
    queryFn: ({ signal }) => call(listKeys, { query: state.query, signal }),
    ...listQueryOptions,
  });
  return (
    <>
      <PageHeader
        title={t('title')}
        summary={t('summary')}
        actions={
          <Button look="primary" disabledReason={mayCreate.reason} onClick={() => setIsCreating(true)}>
            {t('create')}
          </Button>
        }
      />
      <ListTable
        caption={t('title')}
        state={state}
        result={result}
        columns={columns(t)}
        rowKey={(row) => row.id}
        filterExample="state=active"
        command={cliWords.listKeys({ filter: state.search.filter, sort: state.search.sort })}
        empty={
          <EmptyState title={t('emptyTitle')} command={cliWords.createKey({ name: 'my-key' })}>
            <p>{t('emptyText')}</p>
          </EmptyState>
        }
      />
      <CreateKeyDialog isOpen={isCreating} onClose={() => setIsCreating(false)} />
    </>
  );
}

const tones: Readonly<Record<ApiKey['state'], Tone>> = { active: 'good', expired: 'warn', revoked: 'rest' };

function columns(t: Text<typeof keysText.en>): readonly Column<ApiKey>[] {
  return [
    {
      id: 'name',
      header: t('name'),
      sort: 'name',
      cell: ({ name, prefix }) => (
        <div>
          <p className="font-semibold">{name}</p>
          <code className="font-mono text-xs text-muted">{prefix}…</code>
        </div>
      ),
    },
    { id: 'state', header: t('state'), cell: ({ state }) => <Status tone={tones[state]}>{t(state)}</Status> },
    {
      id: 'scope',
      header: t('actions'),
      cell: ({ actions, models }) => (
        <div className="max-w-64 space-y-1">
          <p className="flex flex-wrap gap-1">
            {actions.map((action) => (
              <Badge key={action}>{t(action)}</Badge>
            ))}
          </p>
          <p className="text-sm break-words text-muted">{models === null ? t('everyModel') : models.join(', ')}</p>
        </div>
      ),
    },
    { id: 'limits', header: t('limits'), cell: (key) => <KeyLimits apiKey={key} /> },
    {
      id: 'lastUsed',
      header: t('lastUsed'),
      sort: 'lastUsedAt',
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? t('never') : <Timestamp at={lastUsedAt} />),
    },
    {
      id: 'expires',
      header: t('expires'),
      sort: 'expiresAt',
      cell: ({ expiresAt }) => (expiresAt === null ? t('neverExpires') : <Timestamp at={expiresAt} />),
    },
    {
      id: 'madeBy',
      header: t('madeBy'),
      cell: ({ createdBy, createdAt }) => (
        <div className="text-sm">
          <p className="break-words">{createdBy}</p>
          <p className="text-muted">
            <Timestamp at={createdAt} />
          </p>
        </div>
      ),
    },
    { id: 'actions', header: '', align: 'end', cell: (key) => <RevokeKey apiKey={key} /> },
  ];
}
