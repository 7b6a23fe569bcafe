import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { listRoutes, type Route } from '@cluster-ai/contract/api/routes.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../../api/client.ts';
import { routesText } from '../../i18n/routes-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import type { Column } from '../../table/column.ts';
import { listQueryOptions, ListTable } from '../../table/list-table.tsx';
import { useListState } from '../../table/use-list-state.ts';
import { Badge } from '../../ui/badge.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';

/** Public names and what answers them. */
export function RoutesPage() {
  const t = useText(routesText);
  const state = useListState();
  const result = useQuery({
    queryKey: ['routes', state.query],
    queryFn: ({ signal }) => call(listRoutes, { query: state.query, signal }),
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
        rowKey={(route) => route.name}
        filterExample="iris"
        command={cliWords.listRoutes()}
        empty={
          <EmptyState title={t('emptyTitle')} command={cliWords.pushModel('my-model', './model.onnx')}>
            <p>{t('emptyText')}</p>
          </EmptyState>
        }
      />
    </>
  );
}

function columns(t: Text<typeof routesText.en>): readonly Column<Route>[] {
  return [
    {
      id: 'route',
      header: t('route'),
      cell: ({ name, unloaded }) => (
        <>
          <Link {...pathTo.route(name)} className="font-semibold hover:underline">
            {name}
          </Link>{' '}
          {unloaded === true && <Badge title={t('unloadedHint')}>{t('unloaded')}</Badge>}
        </>
      ),
    },
    {
      id: 'policy',
      header: t('policy'),
      cell: ({ policy }) => (policy.kind === 'latest' ? t('latest', { model: policy.model }) : t('split')),
    },
    {
      id: 'variants',
      header: t('variants'),
      cell: ({ variants }) => variants.map(({ model, version }) => `${model} v${version}`).join(', '),
    },
    { id: 'revision', header: t('revision'), align: 'end', cell: ({ revision }) => revision },
    {
      id: 'updated',
      header: t('updated'),
      cell: ({ updatedAt, updatedBy }) => t.rich('updatedBy', { at: <Timestamp at={updatedAt} />, actor: updatedBy }),
    },
  ];
}
