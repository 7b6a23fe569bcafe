import type { ApiKey } from '@cluster-ai/contract/api/keys.ts';
import { keysText } from '../../i18n/keys-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { useFormat } from '../../ui/format.ts';

/** How much a key may, and how much of it is used up today. */
export function KeyLimits({ apiKey: { ratePerSecond, dailyQuota, usedToday } }: { readonly apiKey: ApiKey }) {
  const t = useText(keysText);
  const { count } = useFormat();
  return (
    <div className="space-y-1 text-sm">
      {ratePerSecond !== null && <p>{t('perSecond', { rate: count(ratePerSecond) })}</p>}
      {dailyQuota === null ? (
        <p className="text-muted">
          {usedToday === 0 ? ratePerSecond === null && t('noLimits') : t('usedToday', { count: usedToday })}
        </p>
      ) : (
        <>
          <p>{t('perDay', { used: usedToday, quota: dailyQuota })}</p>
          <meter
            aria-label={t('perDay', { used: usedToday, quota: dailyQuota })}
            min={0}
            max={dailyQuota}
            high={dailyQuota * 0.9}
            value={Math.min(usedToday, dailyQuota)}
            className="h-1.5 w-28"
          />
        </>
      )}
    </div>
  );
}
