import type { ModelSignature, TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import { Link } from '@tanstack/react-router';
import type { VariantTraffic, VersionRow } from '../../api/model-rows.ts';
import { modelsText } from '../../i18n/models-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { formatShape, useFormat } from '../../ui/format.ts';
import { Status, type Tone } from '../../ui/status.tsx';

export function ModelCell({ row: { model, version, isFirst } }: { readonly row: VersionRow }) {
  const t = useText(modelsText);
  const { bytes, date, absolute } = useFormat();
  const aliases = Object.entries(model.aliases).filter(([, target]) => target === version.version);
  return (
    <div className="max-w-64 space-y-1">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="font-semibold break-words">{model.name}</span>
        <span className="rounded bg-sunken px-1.5 font-mono text-xs" title={`SHA-256 ${version.digest}`}>
          v{version.version}
        </span>
        {aliases.map(([alias]) => (
          <span key={alias} className="rounded bg-accent-soft px-1.5 text-xs text-accent">
            {alias}
          </span>
        ))}
      </p>
      {isFirst && model.description !== '' && <p className="line-clamp-3 text-sm text-muted">{model.description}</p>}
      <p className="text-xs text-muted">
        {bytes(version.sizeBytes)} · {t(version.source)} ·{' '}
        <time
          className="whitespace-nowrap"
          dateTime={version.createdAt}
          title={absolute(Date.parse(version.createdAt))}
        >
          {date(Date.parse(version.createdAt))}
        </time>
      </p>
    </div>
  );
}

export function SignatureCell({ signature }: { readonly signature: ModelSignature }) {
  const t = useText(modelsText);
  return (
    <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-3 gap-y-1.5">
      <dt className="text-muted">{t('in')}</dt>
      <dd>
        <TensorList tensors={signature.inputs} />
      </dd>
      <dt className="text-muted">{t('out')}</dt>
      <dd>
        <TensorList tensors={signature.outputs} />
      </dd>
    </dl>
  );
}

function TensorList({ tensors }: { readonly tensors: readonly TensorSignature[] }) {
  return (
    <ul className="space-y-0.5 font-mono text-xs">
      {tensors.map((tensor) => (
        <li key={tensor.name} className="break-words">
          {tensor.name} <span className="text-muted">{tensor.datatype}</span> {formatShape(tensor.shape)}
        </li>
      ))}
    </ul>
  );
}

const states = ['FAILED', 'LOADING', 'UNLOADING', 'READY'] as const;

const tones: Readonly<Record<(typeof states)[number], Tone>> = {
  READY: 'good',
  LOADING: 'progress',
  FAILED: 'bad',
  UNLOADING: 'rest',
};

/** One line a state, the worst first: `Failed on gateway-2`, then its reason in full. */
export function StateCell({ row }: { readonly row: VersionRow }) {
  const t = useText(modelsText);
  const { gateways } = row;
  if (gateways.length === 0) return <Status tone="rest">{t('noGateway')}</Status>;
  if (gateways.every((entry) => entry.observed === null)) {
    return row.traffic.length === 0 ? (
      <div className="space-y-1">
        <Status tone="rest">{t('notLoaded')}</Status>
        <p className="text-sm text-muted">{t('noRouteUses')}</p>
      </div>
    ) : (
      <Status tone="progress">{t('waiting')}</Status>
    );
  }
  const present = states.flatMap((state) => {
    const there = gateways.filter((entry) => entry.observed?.state === state);
    return there.length === 0 ? [] : [{ state, there }];
  });
  return (
    <ul className="space-y-1.5">
      {present.map(({ state, there }) => {
        const reasons = new Set(there.flatMap(({ observed }) => (state === 'READY' ? [] : [observed?.reason ?? ''])));
        return (
          <li key={state} className="space-y-0.5">
            <span title={there.map((entry) => entry.gateway).join(', ')}>
              <Status tone={tones[state]}>
                {gateways.length > 1
                  ? t('stateOn', { state: t(state), there: there.length, all: gateways.length })
                  : t(state)}
              </Status>
            </span>
            {[...reasons].filter(Boolean).map((reason) => (
              <p key={reason} className="max-w-72 text-sm break-words text-muted">
                {reason}
              </p>
            ))}
          </li>
        );
      })}
    </ul>
  );
}

export function ShareCell({ row }: { readonly row: VersionRow }) {
  const t = useText(modelsText);
  const { percent } = useFormat();
  if (row.traffic.length === 0) return <span className="text-muted">{t('none')}</span>;
  return (
    <ul className="space-y-1">
      {row.traffic.map((traffic) => (
        <li key={traffic.route} className="whitespace-nowrap">
          <span className="font-medium tabular-nums">{percent(traffic.share)}</span>{' '}
          <span className="text-muted">{t('shareOf', { route: traffic.route })}</span>
        </li>
      ))}
    </ul>
  );
}

/** One figure a route, in the order of the traffic column. */
export function PerRoute({
  row,
  value,
}: {
  readonly row: VersionRow;
  readonly value: (traffic: VariantTraffic) => string;
}) {
  if (row.traffic.length === 0) return <span className="text-muted">–</span>;
  return (
    <ul className="space-y-1">
      {row.traffic.map((traffic) => (
        <li key={traffic.route}>{value(traffic)}</li>
      ))}
    </ul>
  );
}

/** Whether requests are merged into batches, and the gateway's reason where they are not. */
export function BatchCell({ row }: { readonly row: VersionRow }) {
  const t = useText(modelsText);
  const ready = row.gateways.flatMap((entry) => (entry.observed?.state === 'READY' ? [entry.observed] : []));
  if (ready.length === 0) return <span className="text-muted">{t('notKnownYet')}</span>;
  const merged = ready.filter((observed) => observed.batched).length;
  const word =
    merged === ready.length ? t('yes') : merged === 0 ? t('no') : t('onSome', { merged, count: ready.length });
  const reasons = new Set(ready.map((observed) => observed.reason).filter(Boolean));
  return (
    <div className="max-w-56 space-y-0.5">
      <p className="font-medium">{word}</p>
      {[...reasons].map((reason) => (
        <p key={reason} className="text-sm break-words text-muted">
          {reason}
        </p>
      ))}
    </div>
  );
}

export function TryCell({ row }: { readonly row: VersionRow }) {
  const t = useText(modelsText);
  const route = row.traffic[0]?.route;
  if (route === undefined) return <span className="text-muted">{t('noRoute')}</span>;
  return (
    <Link
      {...pathTo.playground(route)}
      aria-label={t('tryItLabel', { route })}
      className="inline-flex rounded-md border border-line-strong px-2.5 py-1 hover:bg-sunken"
    >
      {t('tryIt')}
    </Link>
  );
}
