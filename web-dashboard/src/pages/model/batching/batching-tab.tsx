import type { Model } from '@cluster-ai/contract/api/models.ts';
import type { GatewayBatching } from '@cluster-ai/contract/batching.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { batchingQuery } from '../../../api/batching.ts';
import { heaviestVariant } from '../../../api/heaviest-variant.ts';
import { SelectField } from '../../../forms/select-field.tsx';
import { batchingText } from '../../../i18n/batching-text.ts';
import { useText } from '../../../i18n/use-text.ts';
import { pathTo } from '../../../routes/path-to.ts';
import { buttonClass } from '../../../ui/button-class.ts';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FailedState } from '../../../ui/failed-state.tsx';
import { Panel } from '../../../ui/section.tsx';
import { SkeletonLines } from '../../../ui/skeleton.tsx';
import { Notice } from '../../../ui/status.tsx';
import { Timestamp } from '../../../ui/timestamp.tsx';
import { AdviceSection } from './advice-section.tsx';
import { AutomaticSection } from './automatic-section.tsx';
import { BatchFigures } from './batch-figures.tsx';
import { ClosedSection, SizesSection } from './batch-shares.tsx';
import { chooseEntry, type Chosen } from './choose-entry.ts';

import { RulesSection } from './rules-section.tsx';
import { sampleCommand } from './sample-command.ts';
import { TimesSection } from './times-section.tsx';

const routeApi = getRouteApi('/shell/models/$name');

/** How requests become batches, of one version on one gateway at a time. */
export function BatchingTab({ model }: { readonly model: Model }) {
  const t = useText(batchingText);
  const { version, gateway } = routeApi.useSearch();
  const { data, error, refetch } = useQuery(batchingQuery(model.name));
  if (data === undefined) {
    return (
      <Panel>
        {error === null ? (
          <SkeletonLines />
        ) : (
          <FailedState
            error={error}
            title={t('failed')}
            command={cliWords.explainModel(model.name)}
            onRetry={() => void refetch()}
          />
        )}
      </Panel>
    );
  }
  const wanted = { version: version === undefined ? undefined : Number(version), gateway };
  const chosen = chooseEntry(data.versions, wanted, busiestVersion(model));
  if (chosen === undefined) {
    return (
      <Panel>
        <EmptyState
          title={t('noneTitle')}
          command={model.route === null ? cliWords.latestRoute(model.name) : cliWords.listGateways()}
        >
          <p>{t(model.route === null ? 'noneText' : 'noneYetText')}</p>
        </EmptyState>
      </Panel>
    );
  }
  return <Explanation model={model} chosen={chosen} />;
}

/** The version of this model that gets the most of its route's traffic. */
function busiestVersion({ name, route }: Model): number | undefined {
  const variant = route === null ? undefined : heaviestVariant(route);
  return variant?.model === name ? variant.version : undefined;
}

function Explanation({ model, chosen }: { readonly model: Model; readonly chosen: Chosen }) {
  const t = useText(batchingText);
  const { entry } = chosen;
  const { gateway, connected, reportedAt, batches } = entry;
  return (
    <div className="space-y-8">
      <div className="space-y-4">
        <Choice chosen={chosen} />
        {!connected && (
          <Notice tone="warn" title={t('away', { gateway })}>
            <p>{t.rich('awayText', { at: <Timestamp at={reportedAt} /> })}</p>
          </Notice>
        )}
        {batches === 0 ? (
          <Panel>
            <NoBatch model={model} entry={entry} />
          </Panel>
        ) : (
          <BatchFigures entry={entry} />
        )}
      </div>
      {batches > 0 && (
        <>
          <AdviceSection entry={entry} />
          <div className="grid gap-8 xl:grid-cols-2">
            <ClosedSection entry={entry} />
            <SizesSection entry={entry} />
          </div>
        </>
      )}
      {batches > 0 && <TimesSection entry={entry} />}
      <AutomaticSection entry={entry} />
      <RulesSection entry={entry} />
    </div>
  );
}

/** Which version and gateway, where there are several, in the address. */
function Choice({ chosen: { entry, versions, gateways } }: { readonly chosen: Chosen }) {
  const t = useText(batchingText);
  const navigate = routeApi.useNavigate();
  const { version, gateway } = entry;
  const choose = (next: { readonly version?: string; readonly gateway?: string }) =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true, resetScroll: false });
  return (
    <div className="flex flex-wrap items-end gap-x-4 gap-y-3">
      {versions.length > 1 && (
        <div className="w-36">
          <SelectField
            label={t('version')}
            value={String(version)}
            options={versions.map((one) => ({ value: String(one), label: `v${one}` }))}
            onChange={(next) => choose({ version: next })}
          />
        </div>
      )}
      {gateways.length > 1 && (
        <div className="w-56">
          <SelectField
            label={t('gateway')}
            value={gateway}
            options={gateways.map((one) => ({ value: one, label: one }))}
            onChange={(next) => choose({ gateway: next })}
          />
        </div>
      )}
      <p className="text-muted">{t('since', { version: String(version), gateway })}</p>
    </div>
  );
}

function NoBatch({ model, entry }: { readonly model: Model; readonly entry: GatewayBatching }) {
  const t = useText(batchingText);
  const { version, gateway } = entry;
  const signature = model.versions.find((one) => one.version === version)?.signature;
  const command = signature === undefined ? null : sampleCommand(model.route?.name ?? model.name, signature);
  return (
    <EmptyState title={t('emptyTitle')} {...(command === null ? {} : { command })}>
      <p>{t('emptyText', { version: String(version), gateway })}</p>
      {command === null && (
        <Link {...pathTo.playground(model.route?.name)} className={`mt-3 ${buttonClass('quiet')}`}>
          {t('tryIt')}
        </Link>
      )}
    </EmptyState>
  );
}
