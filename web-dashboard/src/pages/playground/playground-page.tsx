import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import type { Route } from '@cluster-ai/contract/api/routes.ts';
import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { sum } from '../../api/fleet-summary.ts';
import { routeQuery } from '../../api/model-query.ts';
import { overviewQuery } from '../../api/overview.ts';
import { heaviestVariant } from '../../api/heaviest-variant.ts';
import { isUnknownRoute, offeredRoutesQuery, variantQuery } from '../../api/playground-target.ts';
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
import { RouteChoice } from './route-choice.tsx';

const playgroundApi = getRouteApi('/shell/playground');

/** Calls any route from a form that its signature makes, and shows the same call as code. */
export function PlaygroundPage() {
  const t = useText(playgroundText);
  return (
    <>
      <PageHeader title={t('title')} summary={t('summary')} />
      <Playground />
    </>
  );
}

/** Only the chosen route is asked for, and the first ones where none is chosen. */
function Playground() {
  const t = useText(playgroundText);
  const { model: chosen } = playgroundApi.useSearch();
  const named = useQuery({ ...routeQuery(chosen ?? ''), enabled: chosen !== undefined, retry: false });
  const isUnknown = chosen !== undefined && isUnknownRoute(named.error);
  const needsFirst = chosen === undefined || isUnknown;
  const first = useQuery({ ...offeredRoutesQuery(''), enabled: needsFirst });
  const found = first.data?.items.find((entry) => entry.variants.length > 0) ?? first.data?.items[0];
  const route = needsFirst ? found : named.data;
  const error = needsFirst ? first.error : named.error;
  if (route !== undefined) {
    return (
      <>
        {isUnknown && (
          <Notice tone="warn" title={t('unknownTitle', { route: chosen })}>
            <p>{t('unknownText')}</p>
          </Notice>
        )}
        <RoutePanel route={route} />
      </>
    );
  }
  const isEmpty = needsFirst && first.data !== undefined;
  return (
    <Panel>
      {isEmpty ? (
        <EmptyState title={t('emptyTitle')} command={cliWords.pushModel('my-model', './model.onnx')}>
          <p>{t('emptyText')}</p>
        </EmptyState>
      ) : error === null ? (
        <SkeletonLines />
      ) : (
        <FailedState error={error} command="cluster-ai up" />
      )}
    </Panel>
  );
}

function RoutePanel({ route }: { readonly route: Route }) {
  const navigate = playgroundApi.useNavigate();
  return (
    <Panel>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-5 py-4">
        <RouteChoice
          key={route.name}
          route={route.name}
          onChoose={(model) => void navigate({ search: { model }, replace: true, resetScroll: false })}
        />
        <Variants route={route} />
      </div>
      <RouteForm route={route} />
    </Panel>
  );
}

function RouteForm({ route }: { readonly route: Route }) {
  const t = useText(playgroundText);
  const overview = useQuery(overviewQuery);
  const variant = heaviestVariant(route);
  const version = useQuery({
    ...variantQuery(variant ?? { model: '', version: 0 }),
    enabled: variant !== undefined,
  });
  if (variant === undefined) {
    return (
      <EmptyState title={t('unanswered', { route: route.name })} command={cliWords.listRoutes()}>
        <p>{t('unansweredText')}</p>
      </EmptyState>
    );
  }
  if (overview.data === undefined || version.data === undefined) {
    const error = overview.error ?? version.error;
    return error === null ? <SkeletonLines /> : <FailedState error={error} command="cluster-ai up" />;
  }
  return (
    <PlaygroundForm
      key={`${route.name}/${version.data.digest}`}
      target={{ route, model: variant.model, version: version.data }}
      gatewayUrl={gatewayUrl(overview.data)}
    />
  );
}

function Variants({ route: { variants } }: { readonly route: Route }) {
  const t = useText(playgroundText);
  const { percent } = useFormat();
  const first = heaviestVariant({ variants });
  if (first === undefined) return null;
  const weights = sum(variants.map((variant) => variant.weight));
  const shares = variants
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ model, version, weight }) => {
      const name = model === first.model ? `v${version}` : `${model} v${version}`;
      return `${percent(weights === 0 ? 0 : weight / weights)} ${name}`;
    });
  return <p className="text-muted">{t('answeredBy', { model: first.model, shares: shares.join(', ') })}</p>;
}

/** Where the snippets call: a gateway that is there, or the address that `up` uses. */
function gatewayUrl(overview: Overview): string {
  const gateway = overview.gateways.find((entry) => entry.connected) ?? overview.gateways[0];
  return gateway?.report.httpUrl.replace(/\/+$/, '') ?? 'http://localhost:8000';
}
