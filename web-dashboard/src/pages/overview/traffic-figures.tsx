import type { FleetSummary } from '../../api/fleet-summary.ts';
import { overviewText } from '../../i18n/overview-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import { FigureRow, type Figure } from '../../ui/figure-row.tsx';
import { useFormat, type Format } from '../../ui/format.ts';

/** The row of present figures. What was not measured is said in words, never shown as zero. */
export function TrafficFigures({ fleet }: { readonly fleet: FleetSummary }) {
  const t = useText(overviewText);
  const format = useFormat();
  return <FigureRow figures={figures(fleet, t, format)} absent={t('notMeasured')} />;
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
