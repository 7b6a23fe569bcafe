import { chartsText } from '../i18n/charts-text.ts';
import { useText } from '../i18n/use-text.ts';
import { Timestamp } from '../ui/timestamp.tsx';
import type { ChartSeries } from './chart-options.ts';

/** Rows of the table, the newest samples. */
const rowsMax = 30;

interface ChartTableProps<Sample> {
  readonly title: string;
  readonly samples: readonly Sample[];
  readonly series: readonly ChartSeries<Sample>[];
  readonly format: (value: number) => string;
}

/** What the lines show, for those who cannot see them or want to read exactly. */
export function ChartTable<Sample extends { readonly atMs: number }>({
  title,
  samples,
  series,
  format,
}: ChartTableProps<Sample>) {
  const t = useText(chartsText);
  const rows = samples.slice(-rowsMax).toReversed();
  return (
    <details className="group text-sm">
      <summary className="w-fit cursor-pointer rounded text-muted hover:text-ink">{t('valuesAsTable')}</summary>
      <section
        aria-label={t('valuesOf', { title })}
        tabIndex={0}
        className="mt-2 max-h-56 overflow-auto rounded-lg border border-line"
      >
        <table className="data-table">
          <caption className="sr-only">{t('newest', { title, count: rows.length })}</caption>
          <thead>
            <tr>
              <th scope="col">{t('time')}</th>
              {series.map((line) => (
                <th key={line.id} scope="col" data-align="end">
                  {line.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((sample) => (
              <tr key={sample.atMs}>
                <td>
                  <Timestamp at={sample.atMs} look="clock" />
                </td>
                {series.map((line) => {
                  const value = line.value(sample);
                  return (
                    <td key={line.id} data-align="end">
                      {value === null ? t('none') : format(value)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
