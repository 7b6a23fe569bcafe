import type { ReactNode } from 'react';
import { uiText } from '../i18n/ui-text.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from './button.tsx';
import { CommandLine } from './command-line.tsx';
import { ErrorText } from './error-text.tsx';
import { CrossIcon } from './icons.tsx';
import { useErrorTitle } from './use-error-title.ts';

interface FailedStateProps {
  readonly error: Error;
  /** What could not be shown; without it the error's own headline. */
  readonly title?: string;
  /** The command that shows or mends the same. */
  readonly command?: string;
  readonly onRetry?: () => void;
  readonly children?: ReactNode;
}

/** In the place of what could not be loaded: the cause, the request id, and the next step. */
export function FailedState({ error, title, command, onRetry, children }: FailedStateProps) {
  const t = useText(uiText);
  const headline = useErrorTitle(error);
  return (
    <div role="alert" className="flex flex-col items-start gap-3 px-5 py-8">
      <p className="flex items-center gap-2 font-semibold text-bad">
        <CrossIcon /> {title ?? headline}
      </p>
      <div className="max-w-prose">
        <ErrorText error={error} />
        {children}
      </div>
      <div className="flex flex-wrap items-center gap-3">
        {onRetry !== undefined && (
          <Button look="quiet" onClick={onRetry}>
            {t('tryAgain')}
          </Button>
        )}
        {command !== undefined && <CommandLine command={command} />}
      </div>
    </div>
  );
}
