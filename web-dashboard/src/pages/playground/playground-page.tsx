import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { sum } from '../../api/fleet-summary.ts';
import { modelsQuery, routesQuery } from '../../api/lists.ts';
import { overviewQuery } from '../../api/overview.ts';
import { playgroundTargets, type PlaygroundTarget } from '../../api/playground-targets.ts';
import { playgroundText } from '../../i18n/playground-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FailedState } from '../../ui/failed-state.tsx';
import { useFormat } from '../../ui/format.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/section.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Notice } from '../../ui/status.tsx';
import { PlaygroundForm } from './playground-form.tsx';

const route = getRouteApi('/shell/playground');

/** Calls any route from a form that its signature makes, and shows the same call as code. */
export function PlaygroundPage() {
  const t = useText(playgroundText);
  const overview = useQuery(overviewQuery);
  const { epoch, version } = overview.data?.snapshot ?? { epoch: '', version: 0 };
  const known = { enabled: overview.data !== undefined };
  const models = useQuery({ ...modelsQuery(`${epoch}/${version}`), ...known });
  const routes = useQuery({ ...routesQuery(`${epoch}/${version}`), ...known });
  const error = overview.error ?? models.error ?? routes.error;
  const isThere = overview.data !== undefined && models.data !== undefined && routes.data !== undefined;
  return (
    <>
      <PageHeader title={t('title')} summary={t('summary')} />
      {isThere ? (
        <Playground overview={overview.data} targets={playgroundTargets(models.data.items, routes.data.items)} />
      ) : (
        <Panel>{error === null ? <SkeletonLines /> : <FailedState error={error} command="cluster-ai up" />}</Panel>
      )}
    </>
  );
}

interface PlaygroundProps {
  readonly overview: Overview;
  readonly targets: readonly PlaygroundTarget[];
}

function Playground({ overview, targets }: PlaygroundProps) {
  const t = useText(playgroundText);
  const { model: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const target = targets.find((entry) => entry.route === chosen) ?? targets[0];
  if (target === undefined) {
    return (
      <Panel>
        <EmptyState title={t('emptyTitle')} command={cliWords.pushModel('my-model', './model.onnx')}>
          <p>{t('emptyText')}</p>
        </EmptyState>
      </Panel>
    );
  }
  return (
    <>
      {chosen !== undefined && target.route !== chosen && (
        <Notice tone="warn" title={t('unknownTitle', { route: chosen })}>
          <p>{t('unknownText')}</p>
        </Notice>
      )}
      <Panel>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-5 py-4">
          <label className="flex items-center gap-2.5 font-medium">
            {t('model')}
            <select
              value={target.route}
              onChange={(event) =>
                void navigate({ search: { model: event.target.value }, replace: true, resetScroll: false })
              }
              className="rounded-md border border-line-strong bg-surface px-3 py-1.5 font-normal"
            >
              {targets.map((entry) => (
                <option key={entry.route} value={entry.route}>
                  {entry.route}
                </option>
              ))}
            </select>
          </label>
          <Variants target={target} />
        </div>
        <PlaygroundForm
          key={`${target.route}/${target.version.digest}`}
          target={target}
          gatewayUrl={gatewayUrl(overview)}
        />
      </Panel>
    </>
  );
}

function Variants({ target: { model, variants } }: { readonly target: PlaygroundTarget }) {
  const t = useText(playgroundText);
  const { percent } = useFormat();
  const weights = sum(variants.map((variant) => variant.weight));
  const shares = variants.map(({ version, weight }) => `${percent(weights === 0 ? 0 : weight / weights)} v${version}`);
  return <p className="text-muted">{t('answeredBy', { model, shares: shares.join(', ') })}</p>;
}

/** Where the snippets call: a gateway that is there, or the address that `up` uses. */
function gatewayUrl(overview: Overview): string {
  const gateway = overview.gateways.find((entry) => entry.connected) ?? overview.gateways[0];
  return gateway?.report.httpUrl.replace(/\/+$/, '') ?? 'http://localhost:8000';
}
