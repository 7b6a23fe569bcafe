import { routeText } from '../../i18n/route-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { useFormat } from '../../ui/format.ts';
import { isSame, shareChanges, type Variant } from './shares.ts';

interface SharePreviewProps {
  readonly before: readonly Variant[];
  readonly after: readonly Variant[];
}

/** Before anything is applied: the share of each version now and then. */
export function SharePreview({ before, after }: SharePreviewProps) {
  const t = useText(routeText);
  const { percent } = useFormat();
  const changes = shareChanges(before, after);
  const word = (share: number | null) => (share === null ? '–' : percent(share));
  return (
    <div className="space-y-2 rounded-lg bg-sunken px-4 py-3">
      <p className="font-medium">{t('preview')}</p>
      {isSame(changes) ? (
        <p className="text-muted">{t('noChange')}</p>
      ) : (
        <table className="w-full text-sm">
          <thead>
            <tr className="text-left text-muted">
              <th scope="col" className="pb-1 font-normal">
                {t('variant')}
              </th>
              <th scope="col" className="pb-1 text-right font-normal">
                {t('before')}
              </th>
              <th scope="col" className="pb-1 text-right font-normal">
                {t('after')}
              </th>
              <th scope="col" className="w-1/3">
                <span className="sr-only">{t('share')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {changes.map(({ name, before: old, after: next }) => (
              <tr key={name}>
                <th scope="row" className="py-0.5 text-left font-medium break-words">
                  {name}
                </th>
                <td className="text-right tabular-nums">{word(old)}</td>
                <td className="text-right font-semibold tabular-nums">{word(next)}</td>
                <td className="pl-4">
                  <ShareBar share={next ?? 0} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

/** A share as a bar; the number beside it says the same. */
export function ShareBar({ share }: { readonly share: number }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 100 6" preserveAspectRatio="none" className="h-1.5 w-full rounded-full">
      <rect width="100" height="6" className="fill-line" />
      <rect width={share * 100} height="6" className="fill-accent" />
    </svg>
  );
}
