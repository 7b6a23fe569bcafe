import type { Model } from '@cluster-ai/contract/api/models.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { modelQuery } from '../../api/model-query.ts';
import { useCan } from '../../api/session.ts';
import { batchingText } from '../../i18n/batching-text.ts';
import { modelText } from '../../i18n/model-text.ts';
import { shellText } from '../../i18n/shell-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { buttonClass } from '../../ui/button-class.ts';
import { Button } from '../../ui/button.tsx';
import { FailedState } from '../../ui/failed-state.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/section.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { PushMark } from '../models/push/push-mark.tsx';
import { AliasesTab } from './aliases-tab.tsx';
import { BatchingTab } from './batching/batching-tab.tsx';
import { SettingsTab } from './settings-tab.tsx';
import { VersionsTab } from './versions-tab.tsx';

const routeApi = getRouteApi('/shell/models/$name');

/** One model: its versions, its aliases, and what can be changed. */
export function ModelPage() {
  const t = useText(modelText);
  const shell = useText(shellText);
  const batching = useText(batchingText);
  const { name } = routeApi.useParams();
  const { tab = 'versions' } = routeApi.useSearch();
  const navigate = routeApi.useNavigate();
  const { data: model, error, refetch } = useQuery(modelQuery(name));
  return (
    <>
      <PageHeader
        title={name}
        crumbs={[{ label: shell('models'), link: pathTo.models() }]}
        summary={model !== undefined && <ModelSummary model={model} />}
        actions={model !== undefined && <ModelActions model={model} />}
      />
      {model === undefined ? (
        <Panel>
          {error === null ? (
            <SkeletonLines />
          ) : (
            <FailedState error={error} command={cliWords.listModels()} onRetry={() => void refetch()} />
          )}
        </Panel>
      ) : (
        <Tabs
          label={t('tabs')}
          tabs={[
            { id: 'versions', label: t('versions') },
            { id: 'batching', label: batching('tab') },
            { id: 'aliases', label: t('aliases') },
            { id: 'settings', label: t('settings') },
          ]}
          selected={tab}
          // Each list has its own filter and order.
          onSelect={(id) => void navigate({ search: { tab: id }, replace: true })}
        >
          {tab === 'versions' && <VersionsTab model={model} />}
          {tab === 'batching' && <BatchingTab model={model} />}
          {tab === 'aliases' && <AliasesTab model={model} />}
          {tab === 'settings' && <SettingsTab key={model.name} model={model} />}
        </Tabs>
      )}
    </>
  );
}

function ModelSummary({ model }: { readonly model: Model }) {
  const t = useText(modelText);
  return (
    <div className="space-y-1">
      <p>{model.description === '' ? t('noDescription') : model.description}</p>
      <p className="text-sm">
        {t.rich('summary', {
          count: model.versionCount,
          at: <Timestamp at={model.updatedAt} />,
          who: model.updatedBy,
        })}
      </p>
    </div>
  );
}

function ModelActions({ model: { name, route } }: { readonly model: Model }) {
  const t = useText(modelText);
  const { reason } = useCan('operator');
  const navigate = routeApi.useNavigate();
  return (
    <>
      <PushMark />
      {route !== null && (
        <>
          <Link {...pathTo.playground(route.name)} className={buttonClass('quiet')}>
            {t('try')}
          </Link>
          <Link {...pathTo.route(route.name)} className={buttonClass('quiet')}>
            {t('route')}
          </Link>
        </>
      )}
      <Button
        look="primary"
        disabledReason={reason}
        onClick={() => void navigate(pathTo.models({ do: 'push', model: name }))}
      >
        {t('pushVersion')}
      </Button>
    </>
  );
}
