import type { FleetSummary } from '../../api/fleet-summary.ts';
import { formatCount, formatMs, formatPercent, formatRate } from '../../ui/format.ts';

interface Figure {
  readonly label: string;
  /** Null: there is nothing to measure. */
  readonly value: string | null;
  readonly unit?: string;
  readonly note: string;
}

/** The row of present figures. What was not measured is said in words, never shown as zero. */
export function TrafficFigures({ fleet }: { readonly fleet: FleetSummary }) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-3 xl:grid-cols-6">
      {figures(fleet).map((figure) => (
        <div key={figure.label} className="flex flex-col gap-0.5 bg-surface px-4 py-3">
          <dt className="text-[0.929rem] text-muted">{figure.label}</dt>
          <dd className="flex flex-col">
            <span className="text-[1.857rem] leading-tight font-semibold tracking-tight tabular-nums">
              {figure.value ?? <span className="text-[1.143rem] font-normal text-muted">not measured</span>}
              {figure.value !== null && figure.unit !== undefined && (
                <span className="ml-1 text-[1rem] font-normal text-muted">{figure.unit}</span>
              )}
            </span>
            <span className="text-[0.857rem] text-muted">{figure.note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function figures(fleet: FleetSummary): readonly Figure[] {
  const known = fleet.connected.length > 0;
  const slowest = fleet.connected.length > 1 ? 'slowest gateway' : 'at the gateway';
  const latencyNote = fleet.p99Ms === null ? 'no request to measure' : slowest;
  return [
    { label: 'Requests', value: known ? formatRate(fleet.requestsPerSecond) : null, unit: '/s', note: 'all gateways' },
    {
      label: 'Errors',
      value: fleet.errorRate === null ? null : formatPercent(fleet.errorRate),
      note: fleet.errorRate === null ? 'no request to measure' : `${formatRate(fleet.errorsPerSecond)} per second`,
    },
    { label: 'Latency p50', value: fleet.p50Ms === null ? null : formatMs(fleet.p50Ms), unit: 'ms', note: latencyNote },
    { label: 'Latency p99', value: fleet.p99Ms === null ? null : formatMs(fleet.p99Ms), unit: 'ms', note: latencyNote },
    { label: 'In flight', value: known ? formatCount(fleet.inFlight) : null, note: 'being answered now' },
    { label: 'Queued', value: known ? formatCount(fleet.queued) : null, note: 'waiting for a slot' },
  ];
}
