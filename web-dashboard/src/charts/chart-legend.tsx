import { chartsText } from '../i18n/charts-text.ts';
import { useText } from '../i18n/use-text.ts';
import { useFormat } from '../ui/format.ts';
import type { ChartSeries } from './chart-options.ts';

interface ChartLegendProps<Sample> {
  readonly series: readonly ChartSeries<Sample>[];
  readonly sample: Sample | undefined;
  readonly format: (value: number) => string;
  readonly isHovered: boolean;
}

/** The lines by name, each with the figure under the pointer or, without one, the newest. */
export function ChartLegend<Sample extends { readonly atMs: number }>(props: ChartLegendProps<Sample>) {
  const { series, sample, format, isHovered } = props;
  const t = useText(chartsText);
  const { clock } = useFormat();
  return (
    <dl className="flex flex-wrap items-baseline gap-x-4 gap-y-1 text-sm">
      {isHovered && sample !== undefined && (
        <div className="text-muted tabular-nums">
          <dt className="sr-only">{t('at')}</dt>
          <dd>{clock(sample.atMs)}</dd>
        </div>
      )}
      {series.map((line) => {
        const value = sample === undefined ? null : line.value(sample);
        return (
          <div key={line.id} className="flex items-center gap-1.5">
            <dt className="flex items-center gap-1.5 text-muted">
              <LineSample line={line} />
              {line.label}
            </dt>
            <dd className="min-w-10 text-right font-medium tabular-nums">
              {value === null ? t('none') : format(value)}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function LineSample<Sample>({ line }: { readonly line: ChartSeries<Sample> }) {
  return (
    <svg viewBox="0 0 18 6" className="w-4.5" aria-hidden="true">
      <line
        x1="0"
        y1="3"
        x2="18"
        y2="3"
        strokeWidth="2.5"
        stroke={`var(${line.colour})`}
        strokeDasharray={line.dash?.join(' ')}
      />
    </svg>
  );
}
