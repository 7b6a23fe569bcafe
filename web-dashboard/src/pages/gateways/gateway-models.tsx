import type { GatewayReport } from '@cluster-ai/contract/telemetry.ts';
import { gatewaysText } from '../../i18n/gateways-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Status, type Tone } from '../../ui/status.tsx';

type Observed = GatewayReport['models'][number];

const tones: Readonly<Record<Observed['state'], Tone>> = {
  READY: 'good',
  LOADING: 'progress',
  FAILED: 'bad',
  UNLOADING: 'rest',
};

const words = {
  READY: 'modelReady',
  LOADING: 'modelLoading',
  FAILED: 'modelFailed',
  UNLOADING: 'modelLeaving',
} as const;

/** What a gateway holds: how many in short, each with its state and reason on demand. What failed is open at once. */
export function GatewayModels({ report: { models } }: { readonly report: GatewayReport }) {
  const t = useText(gatewaysText);
  const ready = models.filter(({ state }) => state === 'READY').length;
  const hasFailed = models.some(({ state }) => state === 'FAILED');
  if (models.length === 0) return <span className="text-muted">{t('noModel')}</span>;
  return (
    <details open={hasFailed} className="max-w-80">
      <summary className="cursor-pointer">{t('modelsReady', { ready, count: models.length })}</summary>
      <ul className="mt-1.5 space-y-1.5">
        {models.map(({ id, state, reason }) => (
          <li key={id}>
            <p className="flex flex-wrap items-baseline gap-x-2">
              <span className="font-mono text-xs break-all">{id}</span>
              <Status tone={tones[state]}>{t(words[state])}</Status>
            </p>
            {state !== 'READY' && reason !== '' && <p className="text-sm break-words text-muted">{reason}</p>}
          </li>
        ))}
      </ul>
    </details>
  );
}
