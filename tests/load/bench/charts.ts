import type { OpenRow, Row } from './results.ts';
import type { Variant } from './variants.ts';

/** One bar: what it stands for, and how long it is. */
export interface Bar {
  readonly label: string;
  readonly value: number;
}

export interface BarChart {
  readonly title: string;
  readonly bars: readonly Bar[];
  /** Written behind each figure. */
  readonly unit: string;
  /** A line across all bars, with what it means. */
  readonly mark?: Bar;
  /** Bars a tenth as long are a tenth of the value; or each step of ten is as long as the other. */
  readonly scale: 'linear' | 'logarithmic';
}

const width = 760;
const labelWidth = 300;
const valueWidth = 110;
const barHeight = 16;
const step = 24;
const top = 44;

/** Bars from left to right as an SVG that is readable on a light and on a dark page. */
export function barChart({ title, bars, unit, mark, scale }: BarChart): string {
  const values = [...bars.map(({ value }) => value), ...(mark === undefined ? [] : [mark.value])];
  const most = Math.max(...values);
  const least = Math.min(...values.filter((value) => value > 0));
  const room = width - labelWidth - valueWidth;
  const lengthOf = (value: number): number => {
    if (value <= 0) return 0;
    if (scale === 'linear') return (value / most) * room;
    // The smallest is still seen.
    return ((Math.log10(value / least) + 0.3) / (Math.log10(most / least) + 0.3)) * room;
  };
  const height = top + bars.length * step + (mark === undefined ? 8 : 28);
  const lines = bars.flatMap(({ label, value }, index) => {
    const y = top + index * step;
    const length = lengthOf(value);
    return [
      `<text x="${labelWidth - 8}" y="${y + 12}" text-anchor="end">${escaped(label)}</text>`,
      `<rect x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="2" fill="#4c7df0"/>`,
      `<text x="${(labelWidth + length + 6).toFixed(1)}" y="${y + 12}">${escaped(`${value} ${unit}`.trim())}</text>`,
    ];
  });
  return svg(title, height, [
    ...lines,
    ...(mark === undefined ? [] : markLine(mark, labelWidth + lengthOf(mark.value), height)),
  ]);
}

function markLine({ label }: Bar, x: number, height: number): string[] {
  const at = x.toFixed(1);
  return [
    `<line x1="${at}" x2="${at}" y1="${top - 6}" y2="${height - 22}" stroke="#e0652f" stroke-dasharray="4 3"/>`,
    `<text x="${at}" y="${height - 8}" text-anchor="middle" fill="#e0652f">${escaped(label)}</text>`,
  ];
}

function svg(title: string, height: number, lines: readonly string[]): string {
  const style = `text { font: 12px system-ui, sans-serif; fill: #57606a } .title { font-size: 15px; font-weight: 600 }`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${style}</style>`,
    `<text class="title" x="8" y="22">${escaped(title)}</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const charted: ReadonlySet<Variant> = new Set(['shared', 'two gateways', 'inline']);

/** Throughput as a part of the plain loop's, where many clients ask. */
export function ratioChart(rows: readonly Row[]): string {
  const busy = rows.filter(({ clients, variant }) => clients > 1 && charted.has(variant));
  return barChart({
    title: 'Requests a second, as a multiple of the plain session.run() loop',
    bars: busy.map(({ model, wire, variant, clients, ratio }) => ({
      label: `${model}, ${wire}, ${variant}, ${clients} clients`,
      value: ratio,
    })),
    unit: 'x',
    mark: { label: 'the loop', value: 1 },
    scale: 'linear',
  });
}

/** What one client waits beyond the run itself. */
export function addedChart(rows: readonly Row[]): string {
  const alone = rows.filter(
    ({ clients, model, variant }) => clients === 1 && model !== 'picture' && variant !== 'unbatched',
  );
  return barChart({
    title: "Added to one client's p50, microseconds",
    bars: alone.map(({ model, wire, variant, addedUs }) => ({
      label: `${model}, ${wire}, ${variant}`,
      value: Math.round(addedUs),
    })),
    unit: 'µs',
    scale: 'linear',
  });
}

/** How long the slowest of a hundred wait when nobody waits for answers before asking on. */
export function tailChart(rows: readonly OpenRow[]): string {
  return barChart({
    title: 'p99 at parts of capacity, requests sent when they are due, milliseconds',
    bars: rows.map(({ model, wire, part, p99Ms }) => ({
      label: `${model}, ${wire}, ${Math.round(part * 100)} %`,
      value: p99Ms,
    })),
    unit: 'ms',
    scale: 'logarithmic',
  });
}
