import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { summarizeFleet } from '../../api/fleet-summary.ts';
import { overviewText } from '../../i18n/overview-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { useFormat } from '../../ui/format.ts';
import { CheckIcon, CrossIcon, WarningIcon } from '../../ui/icons.tsx';

const looks = {
  ok: { Icon: CheckIcon, className: 'bg-good-soft text-good' },
  degraded: { Icon: WarningIcon, className: 'bg-warn-soft text-warn' },
  down: { Icon: CrossIcon, className: 'bg-bad-soft text-bad' },
} as const;

interface HealthSectionProps {
  readonly overview: Overview;
  /** The control plane has stopped answering. */
  readonly isOld: boolean;
  /** When `overview` arrived. */
  readonly nowMs: number;
}

/** Health in one word, with every reason that the control plane gives. */
export function HealthSection({ overview, isOld, nowMs }: HealthSectionProps) {
  const t = useText(overviewText);
  const { absolute, duration } = useFormat();
  const { Icon, className } = looks[overview.health];
  const fleet = summarizeFleet(overview);
  const startedAtMs = Date.parse(overview.startedAt);
  return (
    <section
      id="health"
      aria-labelledby="health-title"
      className="flex flex-wrap items-start justify-between gap-x-8 gap-y-4"
    >
      <div className="flex min-w-0 gap-4">
        <span className={`flex size-12 shrink-0 items-center justify-center rounded-xl ${className}`}>
          <Icon className="size-7!" />
        </span>
        <div className="min-w-0 space-y-1">
          <h2 id="health-title" className="text-xl leading-tight font-semibold tracking-tight">
            {t(isOld ? `${overview.health}Before` : overview.health)}
          </h2>
          {overview.reasons.length > 0 && (
            <ul className="space-y-0.5">
              {overview.reasons.map((reason) => (
                <li key={reason.text}>{reason.text}</li>
              ))}
            </ul>
          )}
          <p className="text-muted">
            <span title={t('epoch', { epoch: overview.snapshot.epoch })}>
              {t('snapshot', { version: String(overview.snapshot.version) })}
            </span>
            {` ${t('answersOn', { count: overview.gateways.length, serving: fleet.serving })} · `}
            {`${t('models', { count: overview.models })}, ${t('routes', { count: overview.routes })} · `}
            <time dateTime={overview.startedAt} title={t('since', { at: absolute(startedAtMs) })}>
              {t('upFor', { duration: duration(nowMs - startedAtMs) })}
            </time>
            {` · ${t('version', { version: overview.programVersion })}`}
          </p>
        </div>
      </div>
    </section>
  );
}
