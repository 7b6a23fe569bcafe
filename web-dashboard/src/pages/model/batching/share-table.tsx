import type { ReactNode } from 'react';
import { batchingText } from '../../../i18n/batching-text.ts';
import { useText } from '../../../i18n/use-text.ts';
import { useFormat } from '../../../ui/format.ts';
import { ShareBar } from '../../route/share-preview.tsx';

export interface ShareRow {
  readonly id: string;
  readonly label: ReactNode;
  readonly batches: number;
}

interface ShareTableProps {
  readonly caption: string;
  /** What a row stands for. */
  readonly header: string;
  readonly rows: readonly ShareRow[];
  /** Batches in all. */
  readonly total: number;
}

/** Bars with their figures: a chart for those who see it, a table for those who listen. */
export function ShareTable({ caption, header, rows, total }: ShareTableProps) {
  const t = useText(batchingText);
  const { count, percent } = useFormat();
  return (
    <table className="w-full text-sm">
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr className="text-left text-xs text-muted">
          <th scope="col" className="pb-2 font-medium">
            {header}
          </th>
          <th scope="col" className="pb-2 pl-4 text-right font-medium">
            {t('batches')}
          </th>
          <th scope="col" colSpan={2} className="w-2/5 pb-2 pl-4 font-medium max-sm:w-16">
            {t('share')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, label, batches }) => {
          const share = batches / Math.max(1, total);
          return (
            <tr key={id} className="align-top">
              <th scope="row" className="py-1 text-left font-medium">
                {label}
                <div className="pt-1 sm:hidden">
                  <ShareBar share={share} />
                </div>
              </th>
              <td className="py-1 pl-4 text-right tabular-nums">{count(batches)}</td>
              <td className="w-16 py-1 pl-4 font-semibold whitespace-nowrap tabular-nums">{percent(share)}</td>
              <td className="py-1 pl-4 max-sm:hidden">
                <div className="pt-1.5">
                  <ShareBar share={share} />
                </div>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
