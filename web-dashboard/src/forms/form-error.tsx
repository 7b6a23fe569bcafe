import type { ReactNode } from 'react';
import { ErrorText } from '../ui/error-text.tsx';
import { Notice } from '../ui/status.tsx';
import { useErrorTitle } from '../ui/use-error-title.ts';

/** What a form was refused for, above its buttons; said at once to screen readers. */
export function FormError({ error, children }: { readonly error: Error | null; readonly children?: ReactNode }) {
  const title = useErrorTitle(error);
  return (
    <div role="alert" className="empty:absolute">
      {error !== null && (
        <Notice tone="bad" title={title}>
          <ErrorText error={error} />
          {children}
        </Notice>
      )}
    </div>
  );
}
