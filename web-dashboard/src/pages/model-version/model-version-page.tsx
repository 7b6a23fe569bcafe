import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { modelQuery } from '../../api/model-query.ts';
import { modelText } from '../../i18n/model-text.ts';
import { shellText } from '../../i18n/shell-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FailedState } from '../../ui/failed-state.tsx';
import { useFormat } from '../../ui/format.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/section.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';

const route = getRouteApi('/shell/models/$name/versions/$version');

/** One version of a model. */
export function ModelVersionPage() {
  const t = useText(modelText);
  const shell = useText(shellText);
  const { bytes } = useFormat();
  const { name, version } = route.useParams();
  const { data: model, error, refetch } = useQuery(modelQuery(name));
  const found = model?.versions.find((entry) => String(entry.version) === version);
  return (
    <>
      <PageHeader
        title={`${name} v${version}`}
        crumbs={[
          { label: shell('models'), link: pathTo.models() },
          { label: name, link: pathTo.model(name) },
        ]}
      />
      <Panel>
        {found !== undefined && (
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2 p-5">
            <dt className="text-muted">{t('size')}</dt>
            <dd>{bytes(found.sizeBytes)}</dd>
            <dt className="text-muted">{t('created')}</dt>
            <dd>
              <Timestamp at={found.createdAt} />
            </dd>
            <dt className="text-muted">{t('createdBy')}</dt>
            <dd>{found.createdBy}</dd>
            <dt className="text-muted">{t('digest')}</dt>
            <dd className="font-mono text-sm break-all">{found.digest}</dd>
          </dl>
        )}
        {model !== undefined && found === undefined && (
          <EmptyState title={t('notFound', { name })} command={cliWords.showModel(name)}>
            <p>{t('choose')}</p>
          </EmptyState>
        )}
        {model === undefined &&
          (error === null ? <SkeletonLines /> : <FailedState error={error} onRetry={() => void refetch()} />)}
      </Panel>
    </>
  );
}
