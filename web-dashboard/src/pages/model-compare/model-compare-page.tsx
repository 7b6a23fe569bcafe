import type { Model, WholeVersion } from '@cluster-ai/contract/api/models.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQueries, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { modelQuery, versionQuery } from '../../api/model-query.ts';
import { CheckField } from '../../forms/check-field.tsx';
import { SelectField } from '../../forms/select-field.tsx';
import { compareText } from '../../i18n/compare-text.ts';
import { shellText } from '../../i18n/shell-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FailedState } from '../../ui/failed-state.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel, Section } from '../../ui/section.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { CompareTable } from './compare-table.tsx';
import { compareVersions } from './compare-versions.ts';

const routeApi = getRouteApi('/shell/models/$name/compare');

/** Versions that fit beside each other. */
const comparedMax = 8;

/** Versions of a model side by side. Which ones, and in which order, stands in the address. */
export function ModelComparePage() {
  const t = useText(compareText);
  const shell = useText(shellText);
  const { name } = routeApi.useParams();
  const { versions: text = '', only } = routeApi.useSearch();
  const navigate = routeApi.useNavigate();
  const chosen = [...new Set(text.split(',').filter(Boolean).map(Number))];
  const model = useQuery(modelQuery(name)).data;
  const results = useQueries({ queries: chosen.map((version) => versionQuery(name, version)) });
  const found = results.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const failed = results.find(({ error }) => error !== null);
  const setOrder = (order: readonly number[]) =>
    void navigate({ search: (old) => ({ ...old, versions: order.join(',') }), replace: true, resetScroll: false });
  return (
    <>
      <PageHeader
        title={t('title', { name })}
        crumbs={[
          { label: shell('models'), link: pathTo.models() },
          { label: name, link: pathTo.model(name) },
        ]}
        summary={t('summary')}
        actions={
          <>
            {chosen.length === 2 && (
              <Button look="quiet" onClick={() => setOrder(chosen.toReversed())}>
                {t('swap')}
              </Button>
            )}
            {model !== undefined && chosen.length < comparedMax && (
              <AddVersion model={model} chosen={chosen} onAdd={(version) => setOrder([...chosen, version])} />
            )}
          </>
        }
      />
      {chosen.length < 2 ? (
        <Panel>
          <EmptyState title={t('choose')} command={cliWords.listVersions(name)}>
            <p>{t('chooseText')}</p>
          </EmptyState>
        </Panel>
      ) : failed !== undefined && failed.error !== null ? (
        <Panel>
          <FailedState
            error={failed.error}
            command={cliWords.listVersions(name)}
            onRetry={() => void Promise.all(results.map((result) => result.refetch()))}
          />
        </Panel>
      ) : found.length < chosen.length ? (
        <Panel>
          <SkeletonLines />
        </Panel>
      ) : (
        <Compared
          model={name}
          versions={found}
          onlyDifferences={only === 'differences'}
          onOnly={(isOnly) =>
            void navigate({
              search: (old) => ({ ...old, only: isOnly ? 'differences' : undefined }),
              replace: true,
              resetScroll: false,
            })
          }
          onOrder={setOrder}
        />
      )}
    </>
  );
}

interface ComparedProps {
  readonly model: string;
  readonly versions: readonly WholeVersion[];
  readonly onlyDifferences: boolean;
  readonly onOnly: (isOnly: boolean) => void;
  readonly onOrder: (versions: readonly number[]) => void;
}

function Compared({ model, versions, onlyDifferences, onOnly, onOrder }: ComparedProps) {
  const t = useText(compareText);
  const rows = compareVersions(versions);
  const shared = { model, versions };
  return (
    <div className="space-y-6">
      <Section
        id="differences"
        title={t('differences')}
        aside={<CheckField label={t('onlyDifferences')} checked={onlyDifferences} onChange={onOnly} />}
      >
        <Panel>
          <CompareTable
            {...shared}
            title={t('caption')}
            rows={rows.filter(({ differs }) => differs)}
            onOrder={onOrder}
          />
          {rows.every(({ differs }) => !differs) && <p className="p-5 text-muted">{t('noDifferences')}</p>}
        </Panel>
      </Section>
      {!onlyDifferences && (
        <Section id="same" title={t('same')}>
          <Panel>
            <CompareTable {...shared} title={t('same')} rows={rows.filter(({ differs }) => !differs)} onOrder={null} />
          </Panel>
        </Section>
      )}
    </div>
  );
}

interface AddVersionProps {
  readonly model: Model;
  readonly chosen: readonly number[];
  readonly onAdd: (version: number) => void;
}

/** One more of the newest versions; older ones are chosen on the model's page. */
function AddVersion({ model, chosen, onAdd }: AddVersionProps) {
  const t = useText(compareText);
  const free = model.versions.map(({ version }) => version).filter((version) => !chosen.includes(version));
  const [picked, setPicked] = useState('');
  const version = free.find((entry) => String(entry) === picked) ?? free[0];
  if (version === undefined) return null;
  return (
    <div className="flex items-end gap-2">
      <SelectField
        label={t('add')}
        value={String(version)}
        options={free.map((entry) => ({ value: String(entry), label: `v${entry}` }))}
        onChange={setPicked}
      />
      <Button look="quiet" aria-label={t('add')} onClick={() => onAdd(version)}>
        {t('addAction')}
      </Button>
    </div>
  );
}
