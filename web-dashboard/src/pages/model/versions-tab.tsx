import { listVersions, type DescribedVersion, type Model } from '@cluster-ai/contract/api/models.ts';
import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { call } from '../../api/client.ts';
import { overviewQuery } from '../../api/overview.ts';
import { routedVersion } from '../../api/version-standing.ts';
import { modelText } from '../../i18n/model-text.ts';
import { modelsText } from '../../i18n/models-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import type { Column } from '../../table/column.ts';
import { listQueryOptions, ListTable } from '../../table/list-table.tsx';
import { useListState } from '../../table/use-list-state.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { useFormat, type Format } from '../../ui/format.ts';
import { Timestamp } from '../../ui/timestamp.tsx';
import { LineageValue } from '../model-version/lineage-list.tsx';
import { VersionStates } from '../models/version-states.tsx';
import { VersionMenu } from './version-menu.tsx';

const routeApi = getRouteApi('/shell/models/$name');

/** Versions that can be compared at once: more do not fit a screen. */
const comparedMax = 8;

/** Entries of a lineage that a row shows. */
const shownEntriesMax = 3;

/** All versions, newest first, to be chosen for a comparison. */
export function VersionsTab({ model }: { readonly model: Model }) {
  const t = useText(modelText);
  const models = useText(modelsText);
  const format = useFormat();
  const state = useListState();
  const { selected: chosen = '' } = routeApi.useSearch();
  const navigate = routeApi.useNavigate();
  const overview = useQuery(overviewQuery).data;
  const { name } = model;
  const result = useQuery({
    // A new version, or one less, is another revision of the model: the list is asked for anew.
    queryKey: ['model', name, 'versions', model.revision, state.query],
    queryFn: ({ signal }) => call(listVersions, { params: { name }, query: state.query, signal }),
    ...listQueryOptions,
  });
  const selected = new Set(chosen === '' ? [] : chosen.split(','));
  const canCompare = selected.size >= 2 && selected.size <= comparedMax;
  return (
    <ListTable
      caption={t('versions')}
      state={state}
      result={result}
      columns={columns({ t, models, format, model, overview })}
      rowKey={({ version }) => String(version)}
      fields={listVersions.query.list.fields}
      filterExample="lineage~dataset:iris"
      command={cliWords.listVersions(name, { filter: state.search.filter, sort: state.search.sort })}
      selection={{
        selected,
        onSelect: (next) =>
          void navigate({
            search: (old) => ({ ...old, selected: next.size === 0 ? undefined : [...next].join(',') }),
            replace: true,
            resetScroll: false,
          }),
      }}
      actions={
        <>
          {selected.size > 0 && (
            <p className="self-center text-sm text-muted">{t('chosen', { count: selected.size })}</p>
          )}
          <Button
            look="quiet"
            disabledReason={canCompare ? undefined : t('compareTwo')}
            onClick={() => void navigate(pathTo.modelCompare(name, oldestFirst(selected)))}
          >
            {t('compare')}
          </Button>
        </>
      }
      empty={
        <EmptyState title={t('noVersions')} command={cliWords.pushModel(name, './model.onnx')}>
          <p>{t('noVersionsText')}</p>
        </EmptyState>
      }
    />
  );
}

/** What was before is the baseline. */
function oldestFirst(selected: ReadonlySet<string>): number[] {
  return [...selected].map(Number).toSorted((a, b) => a - b);
}

interface ColumnParts {
  readonly t: Text<typeof modelText.en>;
  readonly models: Text<typeof modelsText.en>;
  readonly format: Format;
  readonly model: Model;
  readonly overview: Overview | undefined;
}

function columns({ t, models, format, model, overview }: ColumnParts): readonly Column<DescribedVersion>[] {
  return [
    {
      id: 'version',
      header: t('version'),
      sort: 'version',
      cell: ({ version }) => <VersionName model={model} version={version} />,
    },
    {
      id: 'state',
      header: t('state'),
      cell: ({ version }) => (
        <VersionStates
          overview={overview}
          model={model.name}
          version={version}
          routed={routedVersion(model, version)}
        />
      ),
    },
    {
      id: 'made',
      header: t('made'),
      sort: 'createdAt',
      cell: ({ createdAt, createdBy, source }) => (
        <div className="text-sm">
          <p>{t.rich('madeBy', { at: <Timestamp at={createdAt} />, who: createdBy })}</p>
          <p className="text-muted">{models(source)}</p>
        </div>
      ),
    },
    { id: 'lineage', header: t('lineage'), cell: (version) => <AboutCell version={version} /> },
    {
      id: 'size',
      header: t('size'),
      sort: 'sizeBytes',
      align: 'end',
      cell: ({ sizeBytes }) => <span className="whitespace-nowrap">{format.bytes(sizeBytes)}</span>,
    },
    { id: 'actions', header: '', align: 'end', cell: ({ version }) => <VersionMenu model={model} version={version} /> },
  ];
}

function VersionName({ model, version }: { readonly model: Model; readonly version: number }) {
  const t = useText(modelText);
  const aliases = Object.entries(model.aliases).filter(([, target]) => target === version);
  return (
    <p className="flex max-w-52 flex-wrap items-center gap-1.5">
      <Link {...pathTo.modelVersion(model.name, version)} className="font-semibold hover:underline">
        v{version}
      </Link>
      {model.versions[0]?.version === version && <Badge>{t('newest')}</Badge>}
      {aliases.map(([alias]) => (
        <Badge key={alias} look="accent">
          {alias}
        </Badge>
      ))}
    </p>
  );
}

/** Notes and the first entries of the lineage. */
function AboutCell({ version: { notes, lineage } }: { readonly version: DescribedVersion }) {
  const t = useText(modelText);
  const entries = Object.entries(lineage);
  if (notes === '' && entries.length === 0) return <span className="text-muted">–</span>;
  return (
    <div className="max-w-80 space-y-0.5 text-sm">
      {notes !== '' && <p className="line-clamp-2 break-words">{notes}</p>}
      <ul className="flex flex-wrap gap-x-3">
        {entries.slice(0, shownEntriesMax).map(([key, value]) => (
          <li key={key} className="max-w-full truncate">
            <span className="text-muted">{key}</span> <LineageValue value={value} />
          </li>
        ))}
        {entries.length > shownEntriesMax && (
          <li className="text-muted">{t('moreEntries', { count: entries.length - shownEntriesMax })}</li>
        )}
      </ul>
    </div>
  );
}
