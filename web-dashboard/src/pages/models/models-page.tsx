import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { modelsQuery, routesQuery } from '../../api/lists.ts';
import { modelId, modelRows, type VersionRow } from '../../api/model-rows.ts';
import { overviewQuery } from '../../api/overview.ts';
import { modelsText } from '../../i18n/models-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import type { Column } from '../../table/column.ts';
import { DataTable } from '../../table/data-table.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorText } from '../../ui/error-text.tsx';
import { FailedState } from '../../ui/failed-state.tsx';
import { useFormat, type Format } from '../../ui/format.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/section.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Notice } from '../../ui/status.tsx';
import { BatchCell, ModelCell, PerRoute, ShareCell, SignatureCell, StateCell, TryCell } from './model-cells.tsx';

/** Every version that a route or a gateway knows, and the newest of each model. */
export function ModelsPage() {
  const t = useText(modelsText);
  const overview = useQuery(overviewQuery);
  const { epoch, version } = overview.data?.snapshot ?? { epoch: '', version: 0 };
  const known = { enabled: overview.data !== undefined };
  const models = useQuery({ ...modelsQuery(`${epoch}/${version}`), ...known });
  const routes = useQuery({ ...routesQuery(`${epoch}/${version}`), ...known });
  const error = overview.error ?? models.error ?? routes.error;
  const isThere = overview.data !== undefined && models.data !== undefined && routes.data !== undefined;
  return (
    <>
      <PageHeader title={t('title')} summary={t('summary')} actions={<CommandLine command={cliWords.listModels()} />} />
      {isThere && error !== null && (
        <Notice tone="warn" title={t('notRefreshed')}>
          <ErrorText error={error} />
        </Notice>
      )}
      <Panel>
        {isThere ? (
          <ModelTable gateways={overview.data.gateways} models={models.data} routes={routes.data.items} />
        ) : error === null ? (
          <SkeletonLines />
        ) : (
          <FailedState error={error} command={cliWords.listModels()} />
        )}
      </Panel>
    </>
  );
}

interface ModelTableProps {
  readonly gateways: Parameters<typeof modelRows>[2];
  readonly models: { readonly items: Parameters<typeof modelRows>[0]; readonly next: string | null };
  readonly routes: Parameters<typeof modelRows>[1];
}

function ModelTable({ gateways, models, routes }: ModelTableProps) {
  const t = useText(modelsText);
  const format = useFormat();
  if (models.items.length === 0) {
    return (
      <EmptyState title={t('emptyTitle')} command={cliWords.pushModel('my-model', './model.onnx')}>
        <p>{t('emptyText')}</p>
      </EmptyState>
    );
  }
  const { rows, restingVersions } = modelRows(models.items, routes, gateways);
  const resting = [...restingVersions].map(([model, count]) => t('restingOf', { count, model })).join(', ');
  return (
    <>
      <DataTable
        caption={t('caption')}
        columns={columns(t, format)}
        rows={rows}
        rowKey={(row) => modelId(row.model.name, row.version.version)}
      />
      {models.next !== null && (
        <p className="border-t border-line px-4 py-3 text-muted">
          {t.rich('firstShown', {
            count: models.items.length,
            command: <CommandLine command={cliWords.listModels()} />,
          })}
        </p>
      )}
      {resting !== '' && <p className="border-t border-line px-4 py-3 text-muted">{t('resting', { list: resting })}</p>}
    </>
  );
}

function columns(t: Text<typeof modelsText.en>, format: Format): readonly Column<VersionRow>[] {
  return [
    { id: 'model', header: t('model'), cell: (row) => <ModelCell row={row} /> },
    { id: 'signature', header: t('signature'), cell: (row) => <SignatureCell signature={row.version.signature} /> },
    { id: 'state', header: t('state'), cell: (row) => <StateCell row={row} /> },
    { id: 'share', header: t('traffic'), cell: (row) => <ShareCell row={row} /> },
    {
      id: 'rate',
      header: t('requestsPerSecond'),
      align: 'end',
      cell: (row) => <PerRoute row={row} value={(traffic) => format.rate(traffic.requestsPerSecond)} />,
    },
    {
      id: 'p99',
      header: t('p99'),
      align: 'end',
      cell: (row) => (
        <PerRoute row={row} value={(traffic) => (traffic.p99Ms === null ? '–' : format.ms(traffic.p99Ms))} />
      ),
    },
    { id: 'batch', header: t('mergedBatches'), cell: (row) => <BatchCell row={row} /> },
    { id: 'try', header: t('playground'), cell: (row) => <TryCell row={row} /> },
  ];
}
