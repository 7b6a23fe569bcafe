import { getTraffic, trafficGroupings } from '@cluster-ai/contract/api/traffic.ts';
import type { TrafficAnswer, TrafficGrouping, TrafficSeries } from '@cluster-ai/contract/api/traffic.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { renderTable } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { latencyText } from '../gateway/gateway-text.ts';
import { durationMs, timeMs } from '../parse-time.ts';
import { withExamples } from '../with-examples.ts';
import { sparkLine } from './spark-line.ts';

interface TrafficOptions extends GlobalOptions {
  readonly from: number;
  readonly to?: number;
  readonly by: TrafficGrouping;
  readonly route?: string;
  readonly gateway?: string;
  readonly steps?: boolean;
}

/** What is easily read on one line, and one below the other. */
const stepsShown = 24;

export function trafficCommand(): Command {
  const command = new Command('traffic')
    .description('Show requests, errors and latency over a range of time')
    .addOption(
      new Option('--from <when>', 'a time ago such as 15m or 7d, or a date or time')
        .argParser(moment)
        .default(moment('1h'), '1h'),
    )
    .addOption(new Option('--to <when>', 'the same; now unless given').argParser(moment))
    .addOption(new Option('--by <what>', 'one row for each').choices(trafficGroupings).default('route'))
    .option('--route <name>', 'this route alone')
    .option('--gateway <name>', 'this gateway alone')
    .option('--steps', `one row a step, ${stepsShown} at most`)
    .action((_flags, command: Command) => traffic(command.optsWithGlobals<TrafficOptions>()));
  return withExamples(
    command,
    'cluster-ai traffic',
    'cluster-ai traffic --from 7d --by version --route iris',
    'cluster-ai traffic --from 2026-01-31T08:00:00Z --to 2026-01-31T12:00:00Z --by none --steps',
  );
}

function moment(text: string): number {
  const agoMs = durationMs(text);
  const atMs = agoMs === null ? timeMs(text) : Date.now() - agoMs;
  if (atMs !== null && atMs >= 0) return atMs;
  throw new InvalidArgumentError('It must be a time ago such as 15m or 7d, or a time such as 2026-01-31T08:00:00Z.');
}

async function traffic(options: TrafficOptions): Promise<void> {
  const { from, to = Date.now(), by: groupBy, route, gateway } = options;
  if (from >= to) throw new ClusterError('CONFIG_INVALID', '--from must be before --to');
  const step = Math.max(1, Math.round((to - from) / 1_000 / stepsShown));
  const query = { from, to, step, groupBy, route, gateway };
  const answer = await call(clientOf(options), getTraffic, { query });
  print(options.output, answer, () =>
    [rangeText(answer), '', options.steps === true ? stepTable(answer) : seriesTable(answer)].join('\n'),
  );
}

function rangeText({ fromMs, toMs, stepSeconds, seriesOmitted }: TrafficAnswer): string {
  const range = [fromMs, toMs].map((ms) => new Date(ms).toISOString().replace('.000Z', 'Z')).join(' to ');
  const omitted = seriesOmitted === 0 ? '' : `; ${seriesOmitted} with fewer requests are left out`;
  return `${range}, in steps of ${stepSeconds} s${omitted}`;
}

function seriesTable({ series }: TrafficAnswer): string {
  if (series.length === 0) return 'no requests';
  return renderTable(
    ['', 'REQUESTS', 'ERRORS', 'FAULTS', 'P50', 'P95', 'P99', 'REQUESTS/S OVER TIME'],
    series.map((each) => [
      seriesName(each),
      String(each.requests),
      shareText(each.errors, each.requests),
      shareText(each.faults, each.requests),
      latencyText(each.p50Ms),
      latencyText(each.p95Ms),
      latencyText(each.p99Ms),
      overTime(each),
    ]),
  );
}

function stepTable({ series }: TrafficAnswer): string {
  if (series.length === 0) return 'no requests';
  return renderTable(
    ['', 'AT', 'REQUESTS/S', 'ERRORS/S', 'FAULTS/S', 'P50', 'P95', 'P99'],
    series.flatMap((each) =>
      each.points.map((point) => [
        seriesName(each),
        new Date(point.atMs).toISOString().replace('.000Z', 'Z'),
        rateText(point.requestsPerSecond),
        rateText(point.errorsPerSecond),
        rateText(point.faultsPerSecond),
        latencyText(point.p50Ms),
        latencyText(point.p95Ms),
        latencyText(point.p99Ms),
      ]),
    ),
  );
}

function seriesName({ gateway, route, modelId }: TrafficSeries): string {
  if (gateway !== null) return gateway;
  if (route === null) return 'all';
  return modelId === null ? (route === '' ? '(no route)' : route) : `${route} → ${modelId}`;
}

/** `12 (1.5 %)`. */
function shareText(part: number, whole: number): string {
  return part === 0 ? '0' : `${part} (${Number(((part / whole) * 100).toFixed(2))} %)`;
}

function overTime({ points }: TrafficSeries): string {
  const rates = points.map(({ requestsPerSecond }) => requestsPerSecond);
  const largest = Math.max(0, ...rates.map((rate) => rate ?? 0));
  return `${sparkLine(rates)} max ${rateText(largest)}`;
}

function rateText(rate: number | null): string {
  return rate === null ? '-' : String(Number(rate.toPrecision(3)));
}
