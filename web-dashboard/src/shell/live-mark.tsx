import { useQuery } from '@tanstack/react-query';
import { overviewQuery } from '../api/overview.ts';
import { shellText } from '../i18n/shell-text.ts';
import { useText } from '../i18n/use-text.ts';
import { Status } from '../ui/status.tsx';
import { Timestamp } from '../ui/timestamp.tsx';

/** Whether what is on the screen is current, and from when it is. */
export function LiveMark() {
  const t = useText(shellText);
  const { isError, dataUpdatedAt } = useQuery(overviewQuery);
  if (dataUpdatedAt === 0) {
    return <Status tone={isError ? 'bad' : 'progress'}>{t(isError ? 'noConnection' : 'connecting')}</Status>;
  }
  return (
    <span className="flex flex-wrap items-baseline gap-x-2 text-sm">
      <Status tone={isError ? 'bad' : 'good'}>{t(isError ? 'noConnection' : 'live')}</Status>
      <span className="text-muted">
        {isError ? (
          t.rich('dataOf', { at: <Timestamp at={dataUpdatedAt} look="clock" /> })
        ) : (
          <Timestamp at={dataUpdatedAt} look="clock" />
        )}
      </span>
    </span>
  );
}
