import type { ReactNode } from 'react';
import { ErrorText } from '../ui/error-text.tsx';
import { Notice } from '../ui/status.tsx';
import { useErrorTitle } from '../ui/use-error-title.ts';

interface FormErrorProps {
  readonly error: Error | null;
  /** Instead of the headline of the error's code. */
  readonly title?: string | undefined;
  readonly children?: ReactNode;
}

/** What a form was refused for, above its buttons; said at once to screen readers. */
export function FormError({ error, title, children }: FormErrorProps) {
  const headline = useErrorTitle(error);
  return (
    <div role="alert" className="empty:absolute">
      {error !== null && (
        <Notice tone="bad" title={title ?? headline}>
          <ErrorText error={error} />
          {children}
        </Notice>
      )}
    </div>
  );
}
