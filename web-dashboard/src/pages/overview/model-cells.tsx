import type { ModelSignature, TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import { Link } from '@tanstack/react-router';
import type { VariantTraffic, VersionRow } from '../../api/model-rows.ts';
import { formatAbsolute, formatBytes, formatPercent, formatShape, plural } from '../../ui/format.ts';
import { Status, type Tone } from '../../ui/status.tsx';

export function ModelCell({ row: { model, version, isFirst } }: { readonly row: VersionRow }) {
  const aliases = Object.entries(model.aliases).filter(([, target]) => target === version.version);
  return (
    <div className="max-w-64 space-y-1">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="font-semibold break-words">{model.name}</span>
        <span className="rounded bg-sunken px-1.5 font-mono text-[0.857rem]" title={`SHA-256 ${version.digest}`}>
          v{version.version}
        </span>
        {aliases.map(([alias]) => (
          <span key={alias} className="rounded bg-accent-soft px-1.5 text-[0.857rem] text-accent">
            {alias}
          </span>
        ))}
      </p>
      {isFirst && model.description !== '' && (
        <p className="line-clamp-3 text-[0.929rem] text-muted">{model.description}</p>
      )}
      <p className="text-[0.857rem] text-muted">
        {formatBytes(version.sizeBytes)} · {sources[version.source]} ·{' '}
        <time
          className="whitespace-nowrap"
          dateTime={version.createdAt}
          title={formatAbsolute(Date.parse(version.createdAt))}
        >
          {version.createdAt.slice(0, 10)}
        </time>
      </p>
    </div>
  );
}

const sources = {
  upload: 'pushed',
  repository: 'repository folder',
  https: 'https import',
  example: 'example',
} as const;

export function SignatureCell({ signature }: { readonly signature: ModelSignature }) {
  return (
    <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-3 gap-y-1.5">
      <dt className="text-muted">in</dt>
      <dd>
        <TensorList tensors={signature.inputs} />
      </dd>
      <dt className="text-muted">out</dt>
      <dd>
        <TensorList tensors={signature.outputs} />
      </dd>
    </dl>
  );
}

function TensorList({ tensors }: { readonly tensors: readonly TensorSignature[] }) {
  return (
    <ul className="space-y-0.5 font-mono text-[0.857rem]">
      {tensors.map((tensor) => (
        <li key={tensor.name} className="break-words">
          {tensor.name} <span className="text-muted">{tensor.datatype}</span> {formatShape(tensor.shape)}
        </li>
      ))}
    </ul>
  );
}

const stateLooks: Readonly<Record<string, { readonly tone: Tone; readonly word: string }>> = {
  READY: { tone: 'good', word: 'Ready' },
  LOADING: { tone: 'progress', word: 'Loading' },
  FAILED: { tone: 'bad', word: 'Failed' },
  UNLOADING: { tone: 'rest', word: 'Unloading' },
};

/** One line a state, the worst first: `Failed on gateway-2`, then its reason in full. */
export function StateCell({ row }: { readonly row: VersionRow }) {
  const { gateways } = row;
  if (gateways.length === 0) return <Status tone="rest">No gateway connected</Status>;
  if (gateways.every((entry) => entry.observed === null)) {
    return row.traffic.length === 0 ? (
      <div className="space-y-1">
        <Status tone="rest">Not loaded</Status>
        <p className="text-[0.929rem] text-muted">No route uses it.</p>
      </div>
    ) : (
      <Status tone="progress">Waiting for a gateway</Status>
    );
  }
  const states = ['FAILED', 'LOADING', 'UNLOADING', 'READY'].flatMap((state) => {
    const there = gateways.filter((entry) => entry.observed?.state === state);
    return there.length === 0 ? [] : [{ state, there }];
  });
  return (
    <ul className="space-y-1.5">
      {states.map(({ state, there }) => {
        const look = stateLooks[state] ?? { tone: 'rest', word: state };
        const reasons = new Set(there.flatMap(({ observed }) => (state === 'READY' ? [] : [observed?.reason ?? ''])));
        return (
          <li key={state} className="space-y-0.5">
            <span title={there.map((entry) => entry.gateway).join(', ')}>
              <Status tone={look.tone}>
                {look.word}
                {gateways.length > 1 && ` on ${there.length} of ${gateways.length}`}
              </Status>
            </span>
            {[...reasons].filter(Boolean).map((reason) => (
              <p key={reason} className="max-w-72 text-[0.929rem] break-words text-muted">
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
  if (row.traffic.length === 0) return <span className="text-muted">none</span>;
  return (
    <ul className="space-y-1">
      {row.traffic.map((traffic) => (
        <li key={traffic.route} className="whitespace-nowrap">
          <span className="font-medium tabular-nums">{formatPercent(traffic.share)}</span>{' '}
          <span className="text-muted">of {traffic.route}</span>
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
  const ready = row.gateways.flatMap((entry) => (entry.observed?.state === 'READY' ? [entry.observed] : []));
  if (ready.length === 0) return <span className="text-muted">not known yet</span>;
  const merged = ready.filter((observed) => observed.batched).length;
  const word =
    merged === ready.length ? 'Yes' : merged === 0 ? 'No' : `On ${merged} of ${plural(ready.length, 'gateway')}`;
  const reasons = new Set(ready.map((observed) => observed.reason).filter(Boolean));
  return (
    <div className="max-w-56 space-y-0.5">
      <p className="font-medium">{word}</p>
      {[...reasons].map((reason) => (
        <p key={reason} className="text-[0.929rem] break-words text-muted">
          {reason}
        </p>
      ))}
    </div>
  );
}

export function TryCell({ row }: { readonly row: VersionRow }) {
  const route = row.traffic[0]?.route;
  if (route === undefined) return <span className="text-muted">no route</span>;
  return (
    <Link
      to="/"
      search={{ model: route }}
      hash="playground"
      aria-label={`Try it: ${route} in the playground`}
      className="inline-flex rounded-md border border-line-strong px-2.5 py-1 hover:bg-sunken"
    >
      Try it
    </Link>
  );
}
