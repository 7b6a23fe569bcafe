import { lineageText } from '../../i18n/lineage-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { useFormat } from '../../ui/format.ts';

/** Digits after the point of a number in a lineage. */
const digitsMax = 6;

/** One value: numbers in the reader's form, https addresses as links. */
export function LineageValue({ value }: { readonly value: string | number }) {
  const { number } = useFormat();
  if (typeof value === 'number') {
    // Very small and very large numbers would lose all that matters.
    const isPlain = value === 0 || (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e15);
    return <span className="tabular-nums">{isPlain ? number(value, digitsMax) : String(value)}</span>;
  }
  if (!/^https:\/\/[^\s]+$/.test(value)) return <>{value}</>;
  return (
    <a href={value} rel="noreferrer noopener" target="_blank" className="text-accent hover:underline">
      {value}
    </a>
  );
}

/** All entries of a lineage. */
export function LineageList({ lineage }: { readonly lineage: Readonly<Record<string, string | number>> }) {
  const t = useText(lineageText);
  const entries = Object.entries(lineage);
  if (entries.length === 0) return <p className="text-muted">{t('empty')}</p>;
  return (
    <dl className="grid grid-cols-[minmax(6rem,auto)_minmax(0,1fr)] gap-x-6 gap-y-1.5">
      {entries.map(([key, value]) => (
        <div key={key} className="contents">
          <dt className="break-words text-muted">{key}</dt>
          <dd className="break-words">
            <LineageValue value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
