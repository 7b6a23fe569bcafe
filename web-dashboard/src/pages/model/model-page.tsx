import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import type { ModelVersion } from '@cluster-ai/contract/api/models.ts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { modelQuery } from '../../api/model-query.ts';
import { modelText } from '../../i18n/model-text.ts';
import { shellText } from '../../i18n/shell-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import type { Column } from '../../table/column.ts';
import { DataTable } from '../../table/data-table.tsx';
import { FailedState } from '../../ui/failed-state.tsx';
import { useFormat, type Format } from '../../ui/format.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/section.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';

const route = getRouteApi('/shell/models/$name');

interface Row {
  readonly model: string;
  readonly version: ModelVersion;
}

/** One model and its versions. */
export function ModelPage() {
  const t = useText(modelText);
  const shell = useText(shellText);
  const format = useFormat();
  const { name } = route.useParams();
  const { data: model, error, refetch } = useQuery(modelQuery(name));
  return (
    <>
      <PageHeader
        title={name}
        crumbs={[{ label: shell('models'), link: pathTo.models() }]}
        summary={model?.description}
      />
      <Panel>
        {model !== undefined ? (
          <DataTable
            caption={t('versions')}
            columns={columns(t, format)}
            rows={model.versions.map((version) => ({ model: name, version }))}
            rowKey={({ version }) => String(version.version)}
          />
        ) : error === null ? (
          <SkeletonLines />
        ) : (
          <FailedState error={error} command={cliWords.listModels()} onRetry={() => void refetch()} />
        )}
      </Panel>
    </>
  );
}

function columns(t: Text<typeof modelText.en>, { bytes }: Format): readonly Column<Row>[] {
  return [
    {
      id: 'version',
      header: t('version'),
      cell: ({ model, version }) => (
        <Link {...pathTo.modelVersion(model, version.version)} className="font-semibold hover:underline">
          v{version.version}
        </Link>
      ),
    },
    { id: 'size', header: t('size'), align: 'end', cell: ({ version }) => bytes(version.sizeBytes) },
    { id: 'created', header: t('created'), cell: ({ version }) => <Timestamp at={version.createdAt} /> },
    { id: 'createdBy', header: t('createdBy'), cell: ({ version }) => version.createdBy },
  ];
}
