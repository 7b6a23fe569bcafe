import { listModels, type Model } from '@cluster-ai/contract/api/models.ts';
import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { call } from '../../api/client.ts';
import { overviewQuery } from '../../api/overview.ts';
import { useCan } from '../../api/session.ts';
import { modelsText } from '../../i18n/models-text.ts';
import { pushText } from '../../i18n/push-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import type { Column } from '../../table/column.ts';
import { listQueryOptions, ListTable } from '../../table/list-table.tsx';
import { useListState } from '../../table/use-list-state.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { useFormat, type Format } from '../../ui/format.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { NameCell, NewestCell, StateCell, TrafficCell, TryCell } from './model-cells.tsx';
import { PushDialog } from './push/push-dialog.tsx';
import { PushMark } from './push/push-mark.tsx';
import { SignatureLines } from './tensor-list.tsx';

const route = getRouteApi('/shell/models');

/** How often the list is asked for besides the events that tell of changes, milliseconds. */
const listIntervalMs = 15_000;

/** The registry: each model with its newest version, and how those in use are doing. */
export function ModelsPage() {
  const t = useText(modelsText);
  const push = useText(pushText);
  const format = useFormat();
  const state = useListState();
  const { do: open, model = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const { reason } = useCan('operator');
  const overview = useQuery(overviewQuery).data;
  const result = useQuery({
    queryKey: ['models', state.query],
    queryFn: ({ signal }) => call(listModels, { query: state.query, signal }),
    refetchInterval: listIntervalMs,
    ...listQueryOptions,
  });
  const pushing = (isOpen: boolean) =>
    void navigate({
      search: (old) => ({ ...old, do: isOpen ? 'push' : undefined, model: undefined }),
      replace: true,
      resetScroll: false,
    });
  return (
    <>
      <PageHeader
        title={t('title')}
        summary={t('summary')}
        actions={
          <>
            <PushMark />
            <Button look="primary" disabledReason={reason} onClick={() => pushing(true)}>
              {push('action')}
            </Button>
          </>
        }
      />
      <ListTable
        caption={t('caption')}
        state={state}
        result={result}
        columns={columns(t, format, overview)}
        rowKey={({ name }) => name}
        fields={listModels.query.list.fields}
        filterExample="iris versions>1"
        command={cliWords.listModels({ filter: state.search.filter, sort: state.search.sort })}
        empty={
          <EmptyState title={t('emptyTitle')} command={cliWords.pushModel('my-model', './model.onnx')}>
            <p>{t('emptyText')}</p>
          </EmptyState>
        }
      />
      <PushDialog isOpen={open === 'push' && reason === undefined} model={model} onClose={() => pushing(false)} />
    </>
  );
}

function columns(
  t: Text<typeof modelsText.en>,
  format: Format,
  overview: Overview | undefined,
): readonly Column<Model>[] {
  return [
    { id: 'model', header: t('model'), sort: 'name', cell: (model) => <NameCell model={model} /> },
    { id: 'newest', header: t('newest'), sort: 'lastVersionAt', cell: (model) => <NewestCell model={model} /> },
    {
      id: 'versions',
      header: t('versionCount'),
      sort: 'versions',
      align: 'end',
      cell: ({ versionCount }) => format.count(versionCount),
    },
    {
      id: 'signature',
      header: t('signature'),
      cell: ({ versions: [newest] }) => newest !== undefined && <SignatureLines signature={newest.signature} />,
    },
    { id: 'state', header: t('state'), cell: (model) => <StateCell model={model} overview={overview} /> },
    { id: 'traffic', header: t('traffic'), cell: (model) => <TrafficCell model={model} overview={overview} /> },
    {
      id: 'size',
      header: t('size'),
      align: 'end',
      cell: ({ versions: [newest] }) => (
        <span className="whitespace-nowrap">{newest === undefined ? '–' : format.bytes(newest.sizeBytes)}</span>
      ),
    },
    { id: 'actions', header: '', align: 'end', cell: (model) => <TryCell model={model} /> },
  ];
}
