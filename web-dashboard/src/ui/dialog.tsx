import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { uiText } from '../i18n/ui-text.ts';
import { useText } from '../i18n/use-text.ts';
import { CloseIcon } from './icons.tsx';

interface DialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** One or two lines under the title. */
  readonly summary?: ReactNode;
  readonly width?: 'normal' | 'wide';
  /** Only the buttons inside close it: a click beside it or Escape would lose something. */
  readonly isHeld?: boolean;
  readonly children: ReactNode;
}

const widths = { normal: 'max-w-lg', wide: 'max-w-3xl' } as const;

/** A modal dialog; focus stays in it and goes back afterwards. Put what ends it in `DialogActions`. */
export function Dialog({ isOpen, onClose, title, summary, width = 'normal', isHeld = false, children }: DialogProps) {
  const t = useText(uiText);
  return (
    <Base.Root
      open={isOpen}
      disablePointerDismissal={isHeld}
      onOpenChange={(open, { reason }) => {
        if (!open && !(isHeld && reason === 'escape-key')) onClose();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-veil" />
        <Base.Viewport className="fixed inset-0 z-40 flex items-start justify-center overflow-y-auto p-3 sm:p-8">
          <Base.Popup
            className={`relative w-full ${widths[width]} rounded-xl border border-line bg-raised shadow-raised outline-none sm:mt-[6vh]`}
          >
            <div className="space-y-1 px-5 pt-4 pr-12">
              <Base.Title className="text-lg font-semibold tracking-tight">{title}</Base.Title>
              {summary !== undefined && <Base.Description className="text-muted">{summary}</Base.Description>}
            </div>
            <div className="space-y-4 px-5 pt-4 pb-5">{children}</div>
            {/* Last, so that the focus begins in what the dialog is about. */}
            {!isHeld && (
              <Base.Close
                aria-label={t('close')}
                title={t('close')}
                className="absolute top-3 right-3 rounded-md p-1.5 text-muted hover:bg-sunken hover:text-ink"
              >
                <CloseIcon />
              </Base.Close>
            )}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

/** The foot of a dialog: what ends it, the main action last. `command` is the same in a terminal. */
export function DialogActions({ children, command }: { readonly children: ReactNode; readonly command?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 border-t border-line pt-4">
      <div className="min-w-0 max-w-full">{command}</div>
      <div className="ml-auto flex flex-wrap justify-end gap-2">{children}</div>
    </div>
  );
}
