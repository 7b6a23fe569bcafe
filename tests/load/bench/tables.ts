import type { Verdict } from './judge.ts';
import type { OpenRow, Row, ServerPair, StartRow } from './results.ts';

/** A table as texts: its header first. */
export type Table = readonly (readonly string[])[];

/** That of a picture has its first digit far behind the point. */
function ratioText(ratio: number): string {
  return ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2);
}

export function loadTable(rows: readonly Row[]): Table {
  const header = [
    'model',
    'sent as',
    'gateway',
    'clients',
    'gateway/s',
    'in-process/s',
    'ratio',
    'private call/s',
    'p50 ms',
    'p99 ms',
    'CPU µs',
    'in-process CPU µs',
  ];
  const lines = rows.map((row) => [
    row.model,
    row.wire,
    row.variant,
    String(row.clients),
    String(row.gatewayPerSecond),
    String(row.inProcessPerSecond),
    ratioText(row.ratio),
    String(row.privatePerSecond),
    row.p50Ms.toFixed(2),
    row.p99Ms.toFixed(2),
    row.cpuUs.toFixed(1),
    row.inProcessCpuUs.toFixed(1),
  ]);
  return [header, ...lines];
}

export function openTable(rows: readonly OpenRow[]): Table {
  const header = [
    'model',
    'sent as',
    'part of capacity',
    'requests/s',
    'p50 ms',
    'p99 ms',
    'p99.9 ms',
    "generator's own p99 ms",
  ];
  const lines = rows.map((row) => [
    row.model,
    row.wire,
    `${Math.round(row.part * 100)} %`,
    String(row.perSecond),
    ...[row.p50Ms, row.p99Ms, row.p999Ms, row.lateP99Ms].map((ms) => ms.toFixed(2)),
  ]);
  return [header, ...lines];
}

export function serverTable(alone: readonly ServerPair[], whole: readonly ServerPair[]): Table {
  const header = ['servers', 'path', 'own/s', "Node's/s", 'ratio'];
  const line = (path: string) => (pair: ServerPair) => [
    pair.name,
    path,
    String(pair.ownPerSecond),
    String(pair.plainPerSecond),
    ratioText(pair.ratio),
  ];
  return [header, ...alone.map(line('alone')), ...whole.map(line('whole'))];
}

export function startTable(rows: readonly StartRow[]): Table {
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  const header = ['model', 'ready after ms', 'session alone ms', 'PSS MiB', 'RSS MiB'];
  const lines = rows.map(({ model, coldStartMs, sessionMs, memory }) => [
    model,
    coldStartMs.toFixed(0),
    sessionMs.toFixed(0),
    mebibytes(memory.pssBytes),
    mebibytes(memory.rssBytes),
  ]);
  return [header, ...lines];
}

export function verdictTable(verdicts: readonly Verdict[]): Table {
  const header = ['what', 'floor', 'goal', 'measured', ''];
  const lines = verdicts.map(({ what, unit, isLeast, floor, goal, found, floorMet, goalMet }) => {
    const limit = (value: number | null): string => (value === null ? '' : `${isLeast ? '≥' : '≤'} ${value} ${unit}`);
    return [
      what,
      limit(floor),
      limit(goal),
      found === null ? '' : `${found} ${unit}`,
      judgement(found, floorMet, goalMet),
    ];
  });
  return [header, ...lines];
}

function judgement(found: number | null, floorMet: boolean | null, goalMet: boolean | null): string {
  if (found === null) return 'not measured';
  const words = (name: string, met: boolean | null): string[] =>
    met === null ? [] : [`${name} ${met ? 'met' : 'missed'}`];
  return [...words('floor', floorMet), ...words('goal', goalMet)].join(', ');
}

/** @param texts how many columns from the left are no figures. */
export function markdown([header = [], ...lines]: Table, texts: number): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [row(header), row(header.map((_cell, column) => (column < texts ? '---' : '--:'))), ...lines.map(row)].join(
    '\n',
  );
}

/** For a terminal. */
export function aligned(table: Table): string {
  const widths = (table[0] ?? []).map((_cell, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  return table
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
