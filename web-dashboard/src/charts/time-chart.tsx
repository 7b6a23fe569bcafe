import { useState } from 'react';
import { chartsText } from '../i18n/charts-text.ts';
import { useText, type Text } from '../i18n/use-text.ts';
import { useFormat, type Format } from '../ui/format.ts';
import { useThemeShown } from '../ui/theme.ts';
import { ChartLegend } from './chart-legend.tsx';
import type { ChartSeries, ChartSpan } from './chart-options.ts';
import { ChartTable } from './chart-table.tsx';
import { PlotCanvas } from './plot-canvas.tsx';

interface TimeChartProps<Sample extends { readonly atMs: number }> {
  readonly title: string;
  readonly unit: string;
  /** The least top of the scale. */
  readonly topMin: number;
  readonly samples: readonly Sample[];
  readonly span: ChartSpan;
  /** Marking a stretch of the chart chooses it; the time range control does the same by keyboard. */
  readonly onMark: (span: ChartSpan) => void;
  /** Must be the same array on every render. */
  readonly series: readonly ChartSeries<Sample>[];
  readonly format: (value: number) => string;
}

/** A line chart over time: legend with the present (or hovered) figures, drawing, and the same values as a table. */
export function TimeChart<Sample extends { readonly atMs: number }>(props: TimeChartProps<Sample>) {
  const { title, unit, samples, span, onMark, series, format, topMin } = props;
  const [hovered, setHovered] = useState<number | null>(null);
  const theme = useThemeShown();
  const t = useText(chartsText);
  const formats = useFormat();
  const shown = (hovered === null ? undefined : samples[hovered]) ?? newest(samples, series);
  return (
    <figure className="min-w-0 space-y-2 p-4">
      <figcaption className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h3 className="font-medium">
          {title}, <span className="font-normal text-muted">{unit}</span>
        </h3>
        <ChartLegend series={series} sample={shown} format={format} isHovered={hovered !== null} />
      </figcaption>
      <p className="sr-only">{describe(props, t, formats)}</p>
      <PlotCanvas
        key={theme}
        samples={samples}
        series={series}
        span={span}
        topMin={topMin}
        format={formats}
        onHover={setHovered}
        onMark={onMark}
      />
      <ChartTable title={`${title}, ${unit}`} samples={samples} series={series} format={format} />
    </figure>
  );
}

/** The newest sample that says anything: the last step has often just begun. */
function newest<Sample>(samples: readonly Sample[], series: readonly ChartSeries<Sample>[]): Sample | undefined {
  return samples.findLast((sample) => series.some((line) => line.value(sample) !== null));
}

/** The drawing in words: span, present value and highest value of each line. */
function describe<Sample extends { readonly atMs: number }>(
  { samples, series, format }: TimeChartProps<Sample>,
  t: Text<typeof chartsText.en>,
  { clock }: Format,
): string {
  const first = samples[0];
  const last = newest(samples, series);
  if (first === undefined || last === undefined) return t('noValues');
  const lines = series.map((line) => {
    const values = samples.map(line.value).filter((value) => value !== null);
    if (values.length === 0) return t('lineNone', { line: line.label });
    const present = line.value(last);
    const most = format(values.reduce((highest, value) => Math.max(highest, value)));
    return present === null
      ? t('lineNoneNow', { line: line.label, most })
      : t('lineNow', { line: line.label, now: format(present), most });
  });
  return [t('chartFromTo', { from: clock(first.atMs), to: clock(last.atMs) }), ...lines].join(' ');
}
