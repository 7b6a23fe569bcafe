import type uPlot from 'uplot';
import type { Format } from '../ui/format.ts';
import { lonePoints } from './lone-points.ts';

export interface ChartSeries<Sample> {
  readonly id: string;
  readonly label: string;
  /** Custom property of the theme, `--chart-p99`. */
  readonly colour: string;
  /** Lines differ in more than colour. */
  readonly dash?: readonly number[];
  readonly filled?: boolean;
  readonly value: (sample: Sample) => number | null;
}

/** From when to when a chart shows, milliseconds. */
export interface ChartSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

interface OptionsInput<Sample> {
  readonly width: number;
  readonly height: number;
  readonly series: readonly ChartSeries<Sample>[];
  readonly colourOf: (property: string) => string;
  /** Asked on each drawing, so that a span that moves needs no new chart. */
  readonly span: () => ChartSpan;
  /** The least top of the scale, so that noise near nothing does not fill the chart. */
  readonly topMin: number;
  readonly format: Format;
  readonly onHover: (index: number | null) => void;
  /** A stretch was marked with the pointer. */
  readonly onMark: (span: ChartSpan) => void;
}

/** A stretch narrower than this is a click, pixels. */
const markPixelsMin = 8;

/** Options of uPlot for one chart over time. x is in seconds. */
export function chartOptions<Sample>(input: OptionsInput<Sample>): uPlot.Options {
  const { colourOf, span, format } = input;
  const axis = {
    stroke: colourOf('--ink-muted'),
    font: '12px "Inter Variable", system-ui, sans-serif',
    grid: { stroke: colourOf('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: input.width,
    height: input.height,
    padding: [10, 14, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: 'traffic' },
      drag: { x: true, y: false, setScale: false, dist: markPixelsMin },
      points: { size: 7 },
    },
    scales: {
      x: { time: true, range: () => [span().fromMs / 1_000, span().toMs / 1_000] },
      y: { range: (_chart, _min, max) => [0, Math.max(input.topMin, (max ?? 0) * 1.15)] },
    },
    axes: [
      {
        ...axis,
        size: 34,
        gap: 9,
        space: 90,
        values: (_chart, splits) => splits.map((seconds) => tickText(seconds * 1_000, span(), format)),
      },
      { ...axis, size: 54, space: 36, values: (_chart, splits) => splits.map((value) => format.number(value)) },
    ],
    series: [{}, ...input.series.map((series) => lineOptions(series, colourOf))],
    hooks: {
      setCursor: [(chart) => input.onHover(chart.cursor.idx ?? null)],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < markPixelsMin) return;
          input.onMark({ fromMs: msAt(chart, left), toMs: msAt(chart, left + width) });
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

function msAt(chart: uPlot, pixels: number): number {
  return Math.round(chart.posToVal(pixels, 'x') * 1_000);
}

const hourMs = 3_600_000;

/** Seconds matter only in a short span, and days only in a long one. */
function tickText(atMs: number, { fromMs, toMs }: ChartSpan, format: Format): string {
  const lengthMs = toMs - fromMs;
  if (lengthMs <= hourMs / 10) return format.clock(atMs);
  if (lengthMs <= 36 * hourMs) return format.time(atMs);
  return lengthMs <= 8 * 24 * hourMs ? format.dayAndTime(atMs) : format.day(atMs);
}

function lineOptions<Sample>(series: ChartSeries<Sample>, colourOf: (property: string) => string): uPlot.Series {
  const stroke = colourOf(series.colour);
  return {
    label: series.label,
    stroke,
    width: 1.75,
    // A value between two gaps makes no line; it is drawn as a point, so that it can be seen.
    points: { show: true, size: 4, fill: stroke, filter: (chart, line) => lonePoints(chart.data[line] ?? []) },
    ...(series.dash === undefined ? {} : { dash: [...series.dash] }),
    ...(series.filled === true ? { fill: colourOf(`${series.colour}-fill`) } : {}),
  };
}
