import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { summarizeFleet } from '../../api/fleet-summary.ts';
import type { ChartSeries } from '../../charts/chart-options.ts';
import { TimeChart } from '../../charts/time-chart.tsx';
import { historyWindowMs, type TrafficSample } from '../../charts/traffic-history.ts';
import { formatMs, formatRate } from '../../ui/format.ts';
import { Panel, Section } from '../../ui/section.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { TrafficFigures } from './traffic-figures.tsx';

const rateSeries: readonly ChartSeries<TrafficSample>[] = [
  {
    id: 'requests',
    label: 'Requests',
    colour: '--chart-requests',
    filled: true,
    value: (sample) => sample.requestsPerSecond,
  },
  { id: 'errors', label: 'Errors', colour: '--chart-errors', dash: [5, 3], value: (sample) => sample.errorsPerSecond },
];

const latencySeries: readonly ChartSeries<TrafficSample>[] = [
  { id: 'p99', label: 'p99', colour: '--chart-p99', value: (sample) => sample.p99Ms },
  { id: 'p50', label: 'p50', colour: '--chart-p50', dash: [5, 3], value: (sample) => sample.p50Ms },
];

/** Rates and latencies now, and since the page was opened. */
export function TrafficSection({
  overview,
  history,
}: {
  readonly overview: Overview;
  readonly history: readonly TrafficSample[];
}) {
  const fleet = summarizeFleet(overview);
  const first = history[0];
  return (
    <Section
      id="traffic"
      title="Traffic"
      summary={
        <>
          {fleet.windowSeconds === null
            ? 'No gateway reports.'
            : `Measured by the gateways over the last ${Math.round(fleet.windowSeconds)} seconds.`}{' '}
          {first !== undefined && (
            <>
              The charts begin at <Timestamp atMs={first.atMs} />: this page keeps the last {historyWindowMs / 60_000}{' '}
              minutes itself, from when it was opened.
            </>
          )}
        </>
      }
    >
      <TrafficFigures fleet={fleet} />
      <div className="grid gap-4 xl:grid-cols-2">
        <Panel>
          <TimeChart
            title="Requests"
            unit="per second"
            samples={history}
            series={rateSeries}
            format={formatRate}
            topMin={1}
          />
        </Panel>
        <Panel>
          <TimeChart
            title="Latency"
            unit="milliseconds"
            samples={history}
            series={latencySeries}
            format={formatMs}
            topMin={1}
          />
        </Panel>
      </div>
    </Section>
  );
}
