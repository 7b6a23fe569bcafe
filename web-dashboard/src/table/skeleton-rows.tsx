import { tableText } from '../i18n/table-text.ts';
import { useText } from '../i18n/use-text.ts';
import { Skeleton } from '../ui/skeleton.tsx';

const rowCount = 6;

/** The place of a list that is on its way. */
export function SkeletonRows({ columns }: { readonly columns: readonly { readonly id: string }[] }) {
  const t = useText(tableText);
  return (
    <div aria-busy="true" className="divide-y divide-line">
      <output className="sr-only">{t('loading')}</output>
      {Array.from({ length: rowCount }, (_unused, row) => (
        <div key={row} className="flex gap-6 px-4 py-3.5">
          {columns.slice(0, 5).map((column, index) => (
            <Skeleton key={column.id} className={`h-4 ${index === 0 ? 'w-40' : 'w-24 max-sm:hidden'}`} />
          ))}
        </div>
      ))}
    </div>
  );
}
