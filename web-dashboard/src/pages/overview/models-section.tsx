import type { Overview } from '@cluster-ai/contract/api/system.ts';
import type { Lists } from '../../api/lists.ts';
import { modelId, modelRows, type VersionRow } from '../../api/model-rows.ts';
import { DataTable, type Column } from '../../table/data-table.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { formatMs, formatRate, plural } from '../../ui/format.ts';
import { Panel, Section } from '../../ui/section.tsx';
import { Notice } from '../../ui/status.tsx';
import { explain } from './connection-notice.tsx';
import { BatchCell, ModelCell, PerRoute, ShareCell, SignatureCell, StateCell, TryCell } from './model-cells.tsx';

const columns: readonly Column<VersionRow>[] = [
  { id: 'model', header: 'Model', cell: (row) => <ModelCell row={row} /> },
  { id: 'signature', header: 'Signature', cell: (row) => <SignatureCell signature={row.version.signature} /> },
  { id: 'state', header: 'State', cell: (row) => <StateCell row={row} /> },
  { id: 'share', header: 'Traffic', cell: (row) => <ShareCell row={row} /> },
  {
    id: 'rate',
    header: 'Requests/s',
    align: 'end',
    cell: (row) => <PerRoute row={row} value={(traffic) => formatRate(traffic.requestsPerSecond)} />,
  },
  {
    id: 'p99',
    header: 'p99, ms',
    align: 'end',
    cell: (row) => <PerRoute row={row} value={(traffic) => (traffic.p99Ms === null ? '–' : formatMs(traffic.p99Ms))} />,
  },
  { id: 'batch', header: 'Merged batches', cell: (row) => <BatchCell row={row} /> },
  { id: 'try', header: 'Playground', cell: (row) => <TryCell row={row} /> },
];

/** Every version that a route or a gateway knows, and the newest of each model. */
export function ModelsSection({ overview, lists }: { readonly overview: Overview; readonly lists: Lists }) {
  return (
    <Section
      id="models"
      title="Models"
      summary="What can be called, what it takes and gives, and how each version is doing."
      aside={<CommandLine command="cluster-ai model list" />}
    >
      {lists.error !== null && (
        <Notice tone="warn" title="The list of models could not be refreshed">
          <p>{explain(lists.error)}</p>
        </Notice>
      )}
      <Panel>
        <ModelTable overview={overview} lists={lists} />
      </Panel>
    </Section>
  );
}

function ModelTable({ overview, lists: { models, routes } }: { readonly overview: Overview; readonly lists: Lists }) {
  if (models === undefined || routes === undefined) return <p className="p-5 text-muted">Asking for the models…</p>;
  if (models.items.length === 0) {
    return (
      <EmptyState title="No model yet" command="cluster-ai model push my-model ./model.onnx">
        <p>Nothing has been pushed to this registry. Push an ONNX file; it answers without a restart.</p>
      </EmptyState>
    );
  }
  const { rows, restingVersions } = modelRows(models.items, routes.items, overview.gateways);
  return (
    <>
      <DataTable
        caption="Models and their versions"
        columns={columns}
        rows={rows}
        rowKey={(row) => modelId(row.model.name, row.version.version)}
      />
      {models.next !== null && (
        <p className="border-t border-line px-4 py-3 text-muted">
          The first {models.items.length} models are shown. <CommandLine command="cluster-ai model list" /> lists all.
        </p>
      )}
      {restingVersions.size > 0 && (
        <p className="border-t border-line px-4 py-3 text-muted">
          Not shown, because no route uses them and no gateway holds them:{' '}
          {[...restingVersions].map(([model, count]) => `${plural(count, 'version')} of ${model}`).join(', ')}.
        </p>
      )}
    </>
  );
}
