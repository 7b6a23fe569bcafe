import type { Model } from '@cluster-ai/contract/api/models.ts';
import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { Link } from '@tanstack/react-router';
import { modelId, routedVersion, trafficOf, versionsInUse } from '../../api/version-standing.ts';
import { modelsText } from '../../i18n/models-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { Badge } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button-class.ts';
import { useFormat } from '../../ui/format.ts';
import { Timestamp } from '../../ui/timestamp.tsx';
import { VersionStates } from './version-states.tsx';

/** Versions whose state a row shows; the model's page has the others. */
const shownVersionsMax = 3;

/** Aliases that a row shows. */
const shownAliasesMax = 4;

interface ModelCellProps {
  readonly model: Model;
}

interface LiveCellProps extends ModelCellProps {
  readonly overview: Overview | undefined;
}

export function NameCell({ model: { name, description, aliases } }: ModelCellProps) {
  const t = useText(modelsText);
  const listed = Object.entries(aliases);
  return (
    <div className="max-w-72 space-y-1">
      <Link {...pathTo.model(name)} className="font-semibold break-words hover:underline">
        {name}
      </Link>
      {description !== '' && <p className="line-clamp-2 text-sm text-muted">{description}</p>}
      {listed.length > 0 && (
        <p className="flex flex-wrap gap-1">
          {listed.slice(0, shownAliasesMax).map(([alias, version]) => (
            <Badge key={alias} look="accent">
              {alias} → v{version}
            </Badge>
          ))}
          {listed.length > shownAliasesMax && (
            <span className="text-xs text-muted">{t('more', { count: listed.length - shownAliasesMax })}</span>
          )}
        </p>
      )}
    </div>
  );
}

export function NewestCell({ model: { name, versions } }: ModelCellProps) {
  const t = useText(modelsText);
  const [newest] = versions;
  if (newest === undefined) return <span className="text-muted">{t('noVersion')}</span>;
  return (
    <div>
      <Link {...pathTo.modelVersion(name, newest.version)} className="font-medium hover:underline">
        v{newest.version}
      </Link>
      <p className="text-sm text-muted">
        {t(newest.source)} <Timestamp at={newest.createdAt} />
      </p>
    </div>
  );
}

/** The versions that matter now: those that a gateway holds or the route names, or else the newest. */
export function StateCell({ model, overview }: LiveCellProps) {
  const t = useText(modelsText);
  const used = versionsInUse(model, overview);
  const newest = model.versions[0]?.version;
  const shown = used.length > 0 ? used : newest === undefined ? [] : [newest];
  return (
    <div className="space-y-1.5">
      {shown.slice(0, shownVersionsMax).map((version) => (
        <div key={version} className="flex gap-2">
          <span className="shrink-0">
            <Badge mono>v{version}</Badge>
          </span>
          <VersionStates
            overview={overview}
            model={model.name}
            version={version}
            routed={routedVersion(model, version)}
          />
        </div>
      ))}
      {shown.length > shownVersionsMax && (
        <p className="text-sm text-muted">{t('more', { count: shown.length - shownVersionsMax })}</p>
      )}
    </div>
  );
}

/** The shares of the route with the model's name, and what goes to the model now on every route. */
export function TrafficCell({ model, overview }: LiveCellProps) {
  const t = useText(modelsText);
  const { percent, rate, ms } = useFormat();
  const { route, name } = model;
  const total = (route?.variants ?? []).reduce((sum, { weight }) => sum + weight, 0);
  const used = versionsInUse(model, overview).map((version) => modelId(name, version));
  const { requestsPerSecond, p99Ms } = trafficOf(overview, new Set(used));
  return (
    <div className="space-y-0.5">
      {route === null ? (
        <p className="text-sm text-muted">{t('noOwnRoute')}</p>
      ) : (
        <ul>
          {route.variants.map((variant) => (
            <li key={modelId(variant.model, variant.version)} className="whitespace-nowrap">
              <span className="font-medium tabular-nums">{percent(total === 0 ? 0 : variant.weight / total)}</span>{' '}
              <span className="text-muted">
                {variant.model === name ? `v${variant.version}` : `${variant.model} v${variant.version}`}
              </span>
            </li>
          ))}
        </ul>
      )}
      {requestsPerSecond === 0 ? (
        <p className="text-sm text-muted">{t('figuresNone')}</p>
      ) : (
        <p className="text-sm text-muted tabular-nums">
          <span className="whitespace-nowrap">{t('rate', { rate: rate(requestsPerSecond) })}</span>
          {p99Ms !== null && <span className="block whitespace-nowrap">{t('latency', { ms: ms(p99Ms) })}</span>}
        </p>
      )}
    </div>
  );
}

export function TryCell({ model: { route } }: ModelCellProps) {
  const t = useText(modelsText);
  if (route === null) return null;
  return (
    <Link
      {...pathTo.playground(route.name)}
      aria-label={t('tryItLabel', { route: route.name })}
      className={buttonClass('quiet', 'small')}
    >
      {t('tryIt')}
    </Link>
  );
}
