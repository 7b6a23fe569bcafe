import type { ModelVersion } from '@cluster-ai/contract/api/models.ts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { modelQuery } from '../../api/model-query.ts';
import { modelText } from '../../i18n/model-text.ts';
import { shellText } from '../../i18n/shell-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import type { Column } from '../../table/column.ts';
import { DataTable } from '../../table/data-table.tsx';
import { FailedState } from '../../ui/failed-state.tsx';
import { useFormat } from '../../ui/format.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/section.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';

const route = getRouteApi('/shell/models/$name');

/** One model and its versions. */
export function ModelPage() {
  const t = useText(modelText);
  const shell = useText(shellText);
  const { bytes } = useFormat();
  const { name } = route.useParams();
  const { data: model, error, refetch } = useQuery(modelQuery(name));
  const columns: readonly Column<ModelVersion>[] = [
    {
      id: 'version',
      header: t('version'),
      cell: ({ version }) => (
        <Link {...pathTo.modelVersion(name, version)} className="font-semibold hover:underline">
          v{version}
        </Link>
      ),
    },
    { id: 'size', header: t('size'), align: 'end', cell: ({ sizeBytes }) => bytes(sizeBytes) },
    { id: 'created', header: t('created'), cell: ({ createdAt }) => <Timestamp at={createdAt} /> },
    { id: 'createdBy', header: t('createdBy'), cell: ({ createdBy }) => createdBy },
  ];
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
            columns={columns}
            rows={model.versions}
            rowKey={({ version }) => String(version)}
          />
        ) : error === null ? (
          <SkeletonLines />
        ) : (
          <FailedState error={error} command="cluster-ai model list" onRetry={() => void refetch()} />
        )}
      </Panel>
    </>
  );
}
