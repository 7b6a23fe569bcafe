import { overviewIntervalMs } from '../../api/overview.ts';
import { overviewText } from '../../i18n/overview-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ErrorText } from '../../ui/error-text.tsx';
import { Notice } from '../../ui/status.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';

/** Shown above data that is no longer current. */
export function ConnectionNotice({ error, sinceMs }: { readonly error: Error; readonly sinceMs: number }) {
  const t = useText(overviewText);
  return (
    <div role="alert">
      <Notice tone="bad" title={t('oldTitle')}>
        <p>
          {t.rich('oldText', { at: <Timestamp at={sinceMs} look="clock" /> })}{' '}
          {t('retry', { seconds: overviewIntervalMs / 1_000 })}
        </p>
        <div className="text-muted">
          <ErrorText error={error} />
        </div>
        <p>{t.rich('startIt', { command: <CommandLine command="cluster-ai up" /> })}</p>
      </Notice>
    </div>
  );
}
