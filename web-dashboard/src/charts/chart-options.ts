import type uPlot from 'uplot';
import type { Format } from '../ui/format.ts';

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

/** A chart that has just begun is this wide, so that its first seconds do not fill it. */
const shownSecondsMin = 60;

interface OptionsInput<Sample> {
  readonly width: number;
  readonly height: number;
  readonly series: readonly ChartSeries<Sample>[];
  readonly colourOf: (property: string) => string;
  /** The least top of the scale, so that noise near nothing does not fill the chart. */
  readonly topMin: number;
  readonly format: Format;
  readonly onHover: (index: number | null) => void;
}

/** Options of uPlot for one chart over time. x is in seconds; the newest sample stands at the right edge. */
export function chartOptions<Sample>(input: OptionsInput<Sample>): uPlot.Options {
  const { colourOf } = input;
  const axis = {
    stroke: colourOf('--ink-muted'),
    font: '12px "Inter Variable", system-ui, sans-serif',
    grid: { stroke: colourOf('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: input.width,
    height: input.height,
    padding: [10, 12, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: 'traffic' }, drag: { x: false, y: false }, points: { size: 7 } },
    scales: {
      x: { time: true, range: (_chart, min, max) => [Math.min(min, max - shownSecondsMin), max] },
      y: { range: (_chart, _min, max) => [0, Math.max(input.topMin, (max ?? 0) * 1.15)] },
    },
    axes: [
      {
        ...axis,
        size: 34,
        gap: 9,
        space: 80,
        values: (_chart, splits) => splits.map((seconds) => input.format.clock(seconds * 1_000)),
      },
      { ...axis, size: 52, space: 36, values: (_chart, splits) => splits.map((value) => input.format.number(value)) },
    ],
    series: [{}, ...input.series.map((series) => lineOptions(series, colourOf))],
    hooks: { setCursor: [(chart) => input.onHover(chart.cursor.idx ?? null)] },
  };
}

function lineOptions<Sample>(series: ChartSeries<Sample>, colourOf: (property: string) => string): uPlot.Series {
  const stroke = colourOf(series.colour);
  return {
    label: series.label,
    stroke,
    width: 1.75,
    points: { show: false },
    ...(series.dash === undefined ? {} : { dash: [...series.dash] }),
    ...(series.filled === true ? { fill: colourOf(`${series.colour}-fill`) } : {}),
  };
}
