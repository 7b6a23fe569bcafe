import { listRouteRevisions, type Route } from '@cluster-ai/contract/api/routes.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import { call } from '../../api/client.ts';
import { useCan } from '../../api/session.ts';
import { routeText } from '../../i18n/route-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import type { Column } from '../../table/column.ts';
import { listQueryOptions, ListTable } from '../../table/list-table.tsx';
import { useListState } from '../../table/use-list-state.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { useFormat, type Format } from '../../ui/format.ts';
import { Timestamp } from '../../ui/timestamp.tsx';
import { RollbackDialog } from './rollback-dialog.tsx';
import { sharesOf } from './shares.ts';

export type Revision = z.output<typeof listRouteRevisions.answer>['items'][number];

/** Every revision of a route, newest first, each to be brought back with one press and a look at what it does. */
export function RevisionList({ route }: { readonly route: Route }) {
  const t = useText(routeText);
  const format = useFormat();
  const state = useListState();
  const { reason } = useCan('operator');
  const [chosen, setChosen] = useState<Revision | null>(null);
  const result = useQuery({
    // A change of the route makes a new revision: the list is asked for anew.
    queryKey: ['route-revisions', route.name, route.revision, state.query],
    queryFn: ({ signal }) => call(listRouteRevisions, { params: { name: route.name }, query: state.query, signal }),
    ...listQueryOptions,
  });
  return (
    <>
      <ListTable
        caption={t('history')}
        state={state}
        result={result}
        columns={columns({ t, format, present: route.revision, reason, choose: setChosen })}
        rowKey={({ revision }) => String(revision)}
        filterExample="createdBy~ana"
        command={cliWords.routeHistory(route.name)}
        empty={
          <EmptyState title={t('historyEmpty')} command={cliWords.showRoute(route.name)}>
            <p>{t('split')}</p>
          </EmptyState>
        }
      />
      {chosen !== null && <RollbackDialog route={route} revision={chosen} onClose={() => setChosen(null)} />}
    </>
  );
}

interface ColumnParts {
  readonly t: Text<typeof routeText.en>;
  readonly format: Format;
  readonly present: number;
  /** Why nothing may be rolled back. */
  readonly reason: string | undefined;
  readonly choose: (revision: Revision) => void;
}

function columns({ t, format, present, reason, choose }: ColumnParts): readonly Column<Revision>[] {
  return [
    {
      id: 'revision',
      header: t('revision'),
      sort: 'revision',
      cell: ({ revision, restoredFrom }) => (
        <div className="flex flex-wrap items-center gap-2">
          <span className="font-semibold">{revision}</span>
          {revision === present && <Badge look="accent">{t('present')}</Badge>}
          {restoredFrom !== null && <Badge>{t('restored', { revision: String(restoredFrom) })}</Badge>}
        </div>
      ),
    },
    {
      id: 'policy',
      header: t('policyShort'),
      cell: ({ policy }) => (policy.kind === 'latest' ? t('latestShort', { model: policy.model }) : t('splitShort')),
    },
    {
      id: 'variants',
      header: t('answeredBy'),
      cell: ({ variants }) => (
        <ul className="text-sm">
          {[...sharesOf(variants)].map(([name, share]) => (
            <li key={name}>
              <span className="tabular-nums">{format.percent(share)}</span> {name}
            </li>
          ))}
        </ul>
      ),
    },
    {
      id: 'made',
      header: t('madeAt'),
      sort: 'createdAt',
      cell: ({ createdAt, createdBy }) => t.rich('changed', { at: <Timestamp at={createdAt} />, who: createdBy }),
    },
    {
      id: 'actions',
      header: '',
      align: 'end',
      cell: (row) => (
        <Button
          look="quiet"
          size="small"
          aria-label={`${t('rollbackAction')} ${row.revision}`}
          disabledReason={row.revision === present ? t('present') : reason}
          onClick={() => choose(row)}
        >
          {t('rollbackAction')}
        </Button>
      ),
    },
  ];
}
