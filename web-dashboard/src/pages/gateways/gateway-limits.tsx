import type { GatewayReport } from '@cluster-ai/contract/telemetry.ts';
import { gatewaysText } from '../../i18n/gateways-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Status } from '../../ui/status.tsx';

/** Whether the limits of keys are counted by all gateways together, or by this one alone and why. */
export function GatewayLimits({ report: { limits } }: { readonly report: GatewayReport }) {
  const t = useText(gatewaysText);
  if (limits === undefined) return <Status tone="rest">{t('limitsUnknown')}</Status>;
  if (limits.mode === 'shared') return <Status tone="good">{t('limitsShared')}</Status>;
  return (
    <div className="max-w-64 space-y-0.5">
      <Status tone={limits.redisConfigured ? 'warn' : 'rest'}>{t('limitsLocal')}</Status>
      <p className="text-sm break-words text-muted">{limits.reason}</p>
    </div>
  );
}
