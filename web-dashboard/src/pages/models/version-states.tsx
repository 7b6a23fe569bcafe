import type { Overview } from '@cluster-ai/contract/api/system.ts';
import type { ObservedModel } from '@cluster-ai/contract/telemetry.ts';
import { modelId, observationsOf } from '../../api/version-standing.ts';
import { modelsText } from '../../i18n/models-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Status, type Tone } from '../../ui/status.tsx';

/** The worst first. */
const states = ['FAILED', 'LOADING', 'UNLOADING', 'READY'] as const;

export const stateTones: Readonly<Record<ObservedModel['state'], Tone>> = {
  READY: 'good',
  LOADING: 'progress',
  FAILED: 'bad',
  UNLOADING: 'rest',
};

interface VersionStatesProps {
  readonly overview: Overview | undefined;
  readonly model: string;
  readonly version: number;
  /** A route names it: a gateway will load it. `unloaded`: not before somebody loads the route again. */
  readonly routed: 'yes' | 'no' | 'unloaded';
}

/** How a version stands on the connected gateways: one line a state, with the gateways' reasons in full. */
export function VersionStates({ overview, model, version, routed }: VersionStatesProps) {
  const t = useText(modelsText);
  const gateways = observationsOf(overview, modelId(model, version));
  if (overview === undefined) return <span className="text-muted">–</span>;
  if (gateways.length === 0) return <Status tone="rest">{t('noGateway')}</Status>;
  if (gateways.every(({ observed }) => observed === null)) {
    if (routed === 'yes') return <Status tone="progress">{t('waiting')}</Status>;
    return (
      <div>
        <Status tone="rest">{t(routed === 'unloaded' ? 'unloaded' : 'notLoaded')}</Status>
        <p className="text-sm text-muted">{t(routed === 'unloaded' ? 'routeUnloaded' : 'noRouteUses')}</p>
      </div>
    );
  }
  return (
    <ul className="space-y-1">
      {states.map((state) => {
        const there = gateways.filter(({ observed }) => observed?.state === state);
        if (there.length === 0) return null;
        const reasons = state === 'READY' ? [] : there.map(({ observed }) => observed?.reason ?? '');
        return (
          <li key={state}>
            <span title={there.map(({ gateway }) => gateway).join(', ')}>
              <Status tone={stateTones[state]}>
                {gateways.length > 1
                  ? t('stateOn', { state: t(state), there: there.length, all: gateways.length })
                  : t(state)}
              </Status>
            </span>
            {[...new Set(reasons)].filter(Boolean).map((reason) => (
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
