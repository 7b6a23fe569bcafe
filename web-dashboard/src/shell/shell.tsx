import { Dialog } from '@base-ui/react/dialog';
import type { Session } from '@cluster-ai/contract/api/session.ts';
import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { followEvents } from '../api/live.ts';
import { shellText } from '../i18n/shell-text.ts';
import { useText } from '../i18n/use-text.ts';
import { pathTo } from '../routes/path-to.ts';
import { CloseIcon, MenuIcon } from '../ui/icons.tsx';
import { useMedia } from '../ui/use-media.ts';
import { LiveMark } from './live-mark.tsx';
import { Navigation } from './navigation.tsx';
import { SessionGate } from './session-gate.tsx';
import { SetupNotice } from './setup-notice.tsx';
import { PaletteButton } from './palette-button.tsx';
import { ShortcutHelp } from './shortcut-help.tsx';
import { useGlobalKeys } from './use-global-keys.ts';
import { UserMenu } from './user-menu.tsx';

/** Where the navigation stands beside the page; the width of `lg:`. */
const wideQuery = '(min-width: 64rem)';

/** The frame of every page behind the sign-in: navigation at the left, on a phone behind a button. */
export function Shell() {
  return <SessionGate>{(session) => <Frame session={session} />}</SessionGate>;
}

const Palette = lazy(async () => ({ default: (await import('./palette/palette.tsx')).Palette }));

function Frame({ session }: { readonly session: Session }) {
  const t = useText(shellText);
  const isWide = useMedia(wideQuery);
  const client = useQueryClient();
  useEffect(() => followEvents(client), [client]);
  const [over, setOver] = useState<'palette' | 'help'>();
  const close = useCallback(() => setOver(undefined), []);
  const openPalette = useCallback(() => setOver('palette'), []);
  const openHelp = useCallback(() => setOver('help'), []);
  useGlobalKeys({ onPalette: openPalette, onHelp: openHelp });
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-accent focus:px-3 focus:py-2 focus:text-accent-ink"
      >
        {t('skip')}
      </a>
      {isWide ? (
        <aside className="sticky top-0 flex h-dvh flex-col gap-5 overflow-y-auto border-r border-line bg-surface px-3 py-4">
          <div className="space-y-1.5 px-2.5">
            <Brand />
            <LiveMark />
          </div>
          <PaletteButton onOpen={openPalette} />
          <Navigation />
          <div className="mt-auto">
            <UserMenu session={session} side="top" />
          </div>
        </aside>
      ) : (
        <header className="sticky top-0 z-20 flex items-center gap-3 border-b border-line bg-surface px-3 py-2">
          <NarrowNavigation session={session} />
          <Brand />
          <div className="ml-auto flex items-center gap-1">
            <LiveMark />
            <PaletteButton onOpen={openPalette} compact />
          </div>
        </header>
      )}
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto w-full max-w-[124rem] min-w-0 space-y-6 px-4 py-5 outline-none sm:px-6 lg:px-8 lg:py-7"
      >
        {session.setupNeeded && <SetupNotice />}
        <Outlet />
      </main>
      <Suspense>{over === 'palette' && <Palette onClose={close} onShowKeys={openHelp} />}</Suspense>
      <ShortcutHelp isOpen={over === 'help'} onClose={close} />
    </div>
  );
}

function Brand() {
  const t = useText(shellText);
  return (
    <Link {...pathTo.overview()} className="flex w-fit items-center gap-2.5 font-semibold tracking-tight">
      <img src="/favicon.svg" alt="" width="24" height="24" />
      {t('product')}
    </Link>
  );
}

function NarrowNavigation({ session }: { readonly session: Session }) {
  const t = useText(shellText);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => setIsOpen(open)}>
      <Dialog.Trigger aria-label={t('openNavigation')} className="rounded-md p-2 hover:bg-sunken">
        <MenuIcon />
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-veil" />
        <Dialog.Popup className="fixed inset-y-0 left-0 z-40 flex w-72 max-w-[85vw] flex-col gap-5 overflow-y-auto border-r border-line bg-surface p-3 shadow-raised outline-none">
          <div className="flex items-center justify-between px-2.5 pt-1">
            <Dialog.Title className="font-semibold">{t('navigation')}</Dialog.Title>
            <Dialog.Close aria-label={t('closeNavigation')} className="rounded-md p-1.5 hover:bg-sunken">
              <CloseIcon />
            </Dialog.Close>
          </div>
          <Navigation onChoose={() => setIsOpen(false)} />
          <div className="mt-auto">
            <UserMenu session={session} side="top" />
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
