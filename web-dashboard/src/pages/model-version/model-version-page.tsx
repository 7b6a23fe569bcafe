import type { Model, WholeVersion } from '@cluster-ai/contract/api/models.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { modelQuery, routesOfQuery, versionQuery } from '../../api/model-query.ts';
import { overviewQuery } from '../../api/overview.ts';
import { useCan } from '../../api/session.ts';
import { modelId } from '../../api/version-standing.ts';
import { modelsText } from '../../i18n/models-text.ts';
import { shellText } from '../../i18n/shell-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { versionText } from '../../i18n/version-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { Badge } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button-class.ts';
import { Button } from '../../ui/button.tsx';
import { FailedState } from '../../ui/failed-state.tsx';
import { useFormat } from '../../ui/format.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/section.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { VersionMenu } from '../model/version-menu.tsx';
import { AboutSection } from './about-section.tsx';
import { AnnotateDialog } from './annotate-dialog.tsx';
import { FilesSection, SettingsSection, SignatureSection } from './contents-sections.tsx';
import { DeployDialog } from './deploy/deploy-dialog.tsx';
import { GatewaysSection } from './gateways-section.tsx';
import { RoutesSection } from './routes-section.tsx';
import { TrafficSection } from './traffic-section.tsx';

const routeApi = getRouteApi('/shell/models/$name/versions/$version');

/** One version of a model: what it is, how it runs, and who uses it. */
export function ModelVersionPage() {
  const t = useText(versionText);
  const shell = useText(shellText);
  const { name, version: text } = routeApi.useParams();
  const number = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0;
  const model = useQuery(modelQuery(name));
  const version = useQuery({ ...versionQuery(name, number), enabled: number > 0 });
  const error = version.error ?? model.error;
  const isThere = model.data !== undefined && version.data !== undefined;
  return (
    <>
      <PageHeader
        title={`${name} v${text}`}
        crumbs={[
          { label: shell('models'), link: pathTo.models() },
          { label: name, link: pathTo.model(name) },
        ]}
        marks={isThere && <Marks model={model.data} version={number} />}
        summary={version.data !== undefined && <Summary version={version.data} />}
        actions={isThere && <Actions model={model.data} version={number} />}
      />
      {isThere ? (
        <Sections model={model.data} version={version.data} />
      ) : (
        <Panel>
          {error === null && number > 0 ? (
            <SkeletonLines />
          ) : (
            <FailedState
              error={error ?? new Error(t('notFound', { name, version: text }))}
              {...(isMissing(error) ? { title: t('notFound', { name, version: text }) } : {})}
              command={cliWords.listVersions(name)}
              onRetry={() => void Promise.all([model.refetch(), version.refetch()])}
            />
          )}
        </Panel>
      )}
    </>
  );
}

/** No number at all, or one that the model does not have. */
function isMissing(error: Error | null): boolean {
  return error === null || ('code' in error && error.code === 'MODEL_NOT_FOUND');
}

interface AboutVersion {
  readonly model: Model;
  readonly version: number;
}

function Marks({ model, version }: AboutVersion) {
  const t = useText(versionText);
  return (
    <>
      {model.versions[0]?.version === version && <Badge>{t('newest')}</Badge>}
      {Object.entries(model.aliases).map(
        ([alias, target]) =>
          target === version && (
            <Badge key={alias} look="accent">
              {alias}
            </Badge>
          ),
      )}
    </>
  );
}

function Summary({ version: { createdAt, createdBy, source, sizeBytes } }: { readonly version: WholeVersion }) {
  const t = useText(versionText);
  const models = useText(modelsText);
  const { bytes } = useFormat();
  return (
    <p>
      {t.rich('made', {
        at: <Timestamp at={createdAt} />,
        who: createdBy,
        source: models(source),
        size: bytes(sizeBytes),
      })}
    </p>
  );
}

function Actions({ model, version }: AboutVersion) {
  const t = useText(versionText);
  const { reason } = useCan('operator');
  const navigate = useNavigate();
  const before = model.versions.find((entry) => entry.version < version)?.version;
  const { route } = model;
  const isRouted = route?.variants.some((one) => one.model === model.name && one.version === version) === true;
  return (
    <>
      {isRouted && (
        <Link {...pathTo.playground(model.name)} className={buttonClass('quiet')}>
          {t('try')}
        </Link>
      )}
      {before !== undefined && (
        <Link {...pathTo.modelCompare(model.name, [before, version])} className={buttonClass('quiet')}>
          {t('compareBefore', { version: String(before) })}
        </Link>
      )}
      <Button
        look="primary"
        disabledReason={reason}
        onClick={() => void navigate({ ...pathTo.modelVersion(model.name, version, { do: 'deploy' }), replace: true })}
      >
        {t('deploy')}
      </Button>
      <VersionMenu model={model} version={version} onDeleted={() => void navigate(pathTo.model(model.name))} />
    </>
  );
}

function Sections({ model, version }: { readonly model: Model; readonly version: WholeVersion }) {
  const { do: open } = routeApi.useSearch();
  const navigate = routeApi.useNavigate();
  const { allowed } = useCan('operator');
  const overview = useQuery(overviewQuery).data;
  const routes = useQuery(routesOfQuery(model.name)).data?.items ?? [];
  const using = routes.filter((route) =>
    route.variants.some((one) => one.model === model.name && one.version === version.version),
  );
  const about = { model: model.name, version: version.version };
  const show = (dialog: 'annotate' | undefined) =>
    void navigate({ search: (old) => ({ ...old, do: dialog }), replace: true, resetScroll: false });
  const close = () => show(undefined);
  return (
    <div className="space-y-8">
      <GatewaysSection overview={overview} {...about} />
      <RoutesSection routes={using} overview={overview} {...about} />
      <TrafficSection routes={using} id={modelId(model.name, version.version)} />
      <SignatureSection version={version} />
      <div className="grid gap-8 xl:grid-cols-2">
        <AboutSection version={version} onEdit={() => show('annotate')} />
        <SettingsSection version={version} />
      </div>
      <FilesSection version={version} />
      <DeployDialog model={model} version={version.version} isOpen={open === 'deploy' && allowed} onClose={close} />
      <AnnotateDialog model={model.name} version={version} isOpen={open === 'annotate' && allowed} onClose={close} />
    </div>
  );
}
