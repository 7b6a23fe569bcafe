import type { HealthReason } from '@cluster-ai/contract/api/system.ts';
import { overviewText } from '../../i18n/overview-text.ts';
import { useText } from '../../i18n/use-text.ts';

/** Each reason with what it takes from the score and what to do, worst first. */
export function HealthReasons({ reasons }: { readonly reasons: readonly HealthReason[] }) {
  const t = useText(overviewText);
  if (reasons.length === 0) return <p className="text-muted">{t('nothingWrong')}</p>;
  return (
    <ul aria-label={t('reasons')} className="space-y-2">
      {reasons.map(({ text, penalty, fix }) => (
        <li key={text} className="flex gap-3">
          <span
            title={t('penaltySpoken', { count: penalty })}
            className="mt-px h-fit min-w-10 shrink-0 rounded bg-sunken px-1.5 text-center text-sm font-medium tabular-nums"
          >
            <span aria-hidden="true">{t('penalty', { points: penalty })}</span>
            <span className="sr-only">{t('penaltySpoken', { count: penalty })}</span>
          </span>
          <span className="min-w-0 break-words">
            <span className="block first-letter:uppercase">{text}</span>
            {fix !== undefined && <span className="block text-sm text-muted">{t('todo', { fix })}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
