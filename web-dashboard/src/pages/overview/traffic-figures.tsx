import type { FleetSummary } from '../../api/fleet-summary.ts';
import { overviewText } from '../../i18n/overview-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import { useFormat, type Format } from '../../ui/format.ts';

interface Figure {
  readonly label: string;
  /** Null: there is nothing to measure. */
  readonly value: string | null;
  readonly unit?: string;
  readonly note: string;
}

/** The row of present figures. What was not measured is said in words, never shown as zero. */
export function TrafficFigures({ fleet }: { readonly fleet: FleetSummary }) {
  const t = useText(overviewText);
  const format = useFormat();
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-3 xl:grid-cols-6">
      {figures(fleet, t, format).map((figure) => (
        <div key={figure.label} className="flex flex-col gap-0.5 bg-surface px-4 py-3">
          <dt className="text-sm text-muted">{figure.label}</dt>
          <dd className="flex flex-col">
            <span className="text-figure leading-tight font-semibold tracking-tight tabular-nums">
              {figure.value ?? <span className="text-lg font-normal text-muted">{t('notMeasured')}</span>}
              {figure.value !== null && figure.unit !== undefined && (
                <span className="ml-1 text-base font-normal text-muted">{figure.unit}</span>
              )}
            </span>
            <span className="text-xs text-muted">{figure.note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function figures(fleet: FleetSummary, t: Text<typeof overviewText.en>, format: Format): readonly Figure[] {
  const known = fleet.connected.length > 0;
  const latencyNote =
    fleet.p99Ms === null ? t('noRequest') : t(fleet.connected.length > 1 ? 'slowestGateway' : 'atTheGateway');
  return [
    {
      label: t('requests'),
      value: known ? format.rate(fleet.requestsPerSecond) : null,
      unit: '/s',
      note: t('allGateways'),
    },
    {
      label: t('errors'),
      value: fleet.errorRate === null ? null : format.percent(fleet.errorRate),
      note:
        fleet.errorRate === null ? t('noRequest') : t('errorsPerSecond', { rate: format.rate(fleet.errorsPerSecond) }),
    },
    {
      label: t('latencyP50'),
      value: fleet.p50Ms === null ? null : format.ms(fleet.p50Ms),
      unit: 'ms',
      note: latencyNote,
    },
    {
      label: t('latencyP99'),
      value: fleet.p99Ms === null ? null : format.ms(fleet.p99Ms),
      unit: 'ms',
      note: latencyNote,
    },
    { label: t('inFlight'), value: known ? format.count(fleet.inFlight) : null, note: t('beingAnswered') },
    { label: t('queued'), value: known ? format.count(fleet.queued) : null, note: t('waiting') },
  ];
}
