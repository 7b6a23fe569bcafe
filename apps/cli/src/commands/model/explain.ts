import { getModelBatching } from '@cluster-ai/contract/api/models.ts';
import type { GatewayBatching } from '@cluster-ai/contract/batching.ts';
import { closingReasons } from '@cluster-ai/core/batching/batch-counts.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { renderFields, renderTable, timeText, visible } from '../../output/table.ts';
import { wholeNumber } from '../arguments.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';

interface ExplainOptions extends GlobalOptions {
  readonly modelVersion?: number;
  readonly gateway?: string;
}

export function modelExplainCommand(): Command {
  const command = new Command('explain')
    .description('Say how requests of a model become batches on each gateway, and what to change')
    .argument('<name>')
    .option('--model-version <number>', 'this version alone', wholeNumber)
    .option('--gateway <name>', 'this gateway alone')
    .action((name: string, _flags, command: Command) => explain(name, command.optsWithGlobals<ExplainOptions>()));
  return withExamples(
    command,
    'cluster-ai model explain iris',
    'cluster-ai model explain iris --model-version 2 --gateway gateway-1 -o json',
  );
}

async function explain(name: string, options: ExplainOptions): Promise<void> {
  const { versions } = await call(clientOf(options), getModelBatching, { params: { name } });
  const wanted = versions.filter(
    ({ version, gateway }) => version === (options.modelVersion ?? version) && gateway === (options.gateway ?? gateway),
  );
  print(options.output, wanted, () =>
    wanted.length === 0 ? 'no gateway serves it' : wanted.map(explanationText).join('\n\n\n'),
  );
}

function explanationText(entry: GatewayBatching): string {
  const { rules, batches, requests, rows, waiting, refused, takenApart, automatic } = entry;
  const mean = batches === 0 ? '' : `, ${rounded(rows / batches)} rows in one on average`;
  return [
    renderFields({
      version: `${entry.model} v${entry.version} on ${entry.gateway}${entry.connected ? '' : `, which is not connected; as of ${timeText(entry.reportedAt)}`}`,
      merged: mergedText(entry),
      rules: rulesText(entry),
      'said by': originText(rules),
      ...(automatic === undefined ? {} : { automatic: automaticText(automatic) }),
      batches: `${batches} of ${requests} requests${mean}; ${waiting} wait now`,
      refused: `${refused.queueFull} for a full queue, ${refused.queueTimeout} after too long a wait`,
      'taken apart': `${takenApart} batches that failed as a whole`,
    }),
    timesTable(entry),
    ...(batches === 0 ? [] : [closedTable(entry), sizesTable(entry)]),
    ...(automatic === undefined || automatic.decisions.length === 0 ? [] : [decisionsTable(automatic)]),
    adviceText(entry),
  ].join('\n\n');
}

function mergedText({ rules, apartReason }: GatewayBatching): string {
  return rules.rowsMax > 0
    ? `up to ${rules.rowsMax} rows, outputs equal to single runs`
    : `no: ${apartReason?.replace(/^requests are not merged: /, '') ?? 'each request runs alone, as configured'}`;
}

function rulesText({ rules: { rowsMax, preferredRows, delayMs, keepsOrder, levels } }: GatewayBatching): string {
  if (rowsMax === 0) return 'each request is a run';
  return [
    `goes at ${preferredRows.join(', ')} rows`,
    delayMs === 0 ? 'waits for nobody' : `waits ${rounded(delayMs)} ms at most for others`,
    ...(keepsOrder ? ['answers in order'] : []),
    ...(levels === 0 ? [] : [`${levels} priority levels`]),
  ].join(', ');
}

const origins = {
  setting: 'a setting of the version',
  configuration: 'its configuration file',
  gateway: 'the gateway',
  automatic: 'the latency objective',
} as const;

function originText({ origins: { rows, delay, rest } }: GatewayBatching['rules']): string {
  return rows === rest && delay === rest
    ? origins[rest]
    : `rows: ${origins[rows]}; delay: ${origins[delay]}; the rest: ${origins[rest]}`;
}

type Automatic = NonNullable<GatewayBatching['automatic']>;

const standings = {
  measuring: 'still measuring',
  held: 'held',
  adjusting: 'being adjusted',
  missed: 'missed',
} as const;

function automaticText({ objectiveMs, standing, p99Ms }: Automatic): string {
  const measured = p99Ms === null ? '' : `, now ${rounded(p99Ms)} ms`;
  return `rows, delay and copies for a p99 of ${rounded(objectiveMs)} ms: ${standings[standing]}${measured}`;
}

/** The newest first. */
function decisionsTable({ decisions }: Automatic): string {
  return renderTable(
    ['CHOSEN', 'AUTOMATICALLY', 'AT', 'BECAUSE'],
    decisions
      .toReversed()
      .map(({ what, chosen, because, atMs }) => [what, chosen, timeText(new Date(atMs).toISOString()), because]),
  );
}

function timesTable({ queue, compute }: GatewayBatching): string {
  const row = (name: string, { count, meanMs, p50Ms, p99Ms }: GatewayBatching['queue']) => [
    name,
    String(count),
    ...[meanMs, p50Ms, p99Ms].map((value) => (value === null ? '-' : `${rounded(value)} ms`)),
  ];
  return renderTable(
    ['TIME', 'COUNT', 'MEAN', 'P50', 'P99'],
    [row('in the queue, each request', queue), row('in the runtime, each batch', compute)],
  );
}

function closedTable({ closed, batches }: GatewayBatching): string {
  const rows = closingReasons
    .map((reason) => ({ reason, count: closed[reason] }))
    .filter(({ count }) => count > 0)
    .toSorted((left, right) => right.count - left.count);
  return renderTable(
    ['CLOSED BECAUSE', 'BATCHES', 'SHARE'],
    rows.map(({ reason, count }) => [reason, String(count), `${rounded((count / batches) * 100)} %`]),
  );
}

function sizesTable({ sizes, batches }: GatewayBatching): string {
  return renderTable(
    ['ROWS UP TO', 'BATCHES', 'SHARE'],
    sizes.map(({ rowsMax, batches: count }) => [
      String(rowsMax),
      String(count),
      `${rounded((count / batches) * 100)} %`,
    ]),
  );
}

function adviceText({ advice }: GatewayBatching): string {
  return advice
    .map(({ finding, change, configuration }) =>
      [
        `* ${visible(finding)}`,
        ...(change === null ? [] : [`  ${visible(change)}`]),
        ...(configuration === null ? [] : [`  config.pbtxt: ${visible(configuration)}`]),
      ].join('\n'),
    )
    .join('\n');
}

/** Three digits that matter. */
function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
