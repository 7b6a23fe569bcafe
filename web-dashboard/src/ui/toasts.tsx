import { useSyncExternalStore } from 'react';
import { uiText } from '../i18n/ui-text.ts';
import { useText } from '../i18n/use-text.ts';
import { CloseIcon } from './icons.tsx';
import { Status, type Tone } from './status.tsx';
import { dismissToast, shownToasts, subscribeToToasts } from './toast-store.ts';

/** Where toasts appear; mounted once. */
export function Toasts() {
  const t = useText(uiText);
  const toasts = useSyncExternalStore(subscribeToToasts, shownToasts);
  return (
    <section
      aria-label={t('notifications')}
      aria-live="polite"
      className="pointer-events-none fixed right-0 bottom-0 z-50 flex w-full max-w-md flex-col gap-2 p-4"
    >
      {toasts.map((toast) => (
        <div
          key={toast.id}
          className="pointer-events-auto flex items-start gap-3 rounded-lg border border-line bg-raised px-4 py-3 shadow-raised"
        >
          <div className="min-w-0 flex-1 [&>span]:whitespace-normal">
            <Status tone={toast.tone satisfies Tone}>{toast.text}</Status>
          </div>
          <button
            type="button"
            aria-label={t('dismiss')}
            onClick={() => dismissToast(toast.id)}
            className="rounded-md p-1 text-muted hover:bg-sunken hover:text-ink"
          >
            <CloseIcon />
          </button>
        </div>
      ))}
    </section>
  );
}
