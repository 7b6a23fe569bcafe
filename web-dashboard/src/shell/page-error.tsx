import type { ErrorComponentProps } from '@tanstack/react-router';
import { shellText } from '../i18n/shell-text.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/section.tsx';
import { Status } from '../ui/status.tsx';

/** In the place of a page whose code has thrown. */
export function PageError({ error }: ErrorComponentProps) {
  const t = useText(shellText);
  return (
    <Panel className="space-y-3 p-5">
      <Status tone="bad">{t('pageFailed')}</Status>
      <p>{t('pageFailedText')}</p>
      <p className="font-mono text-sm break-words text-muted">
        {error instanceof Error ? error.message : String(error)}
      </p>
      <Button look="quiet" onClick={() => globalThis.location.reload()}>
        {t('reload')}
      </Button>
    </Panel>
  );
}
