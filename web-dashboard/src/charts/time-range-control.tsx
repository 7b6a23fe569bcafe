import { Popover } from '@base-ui/react/popover';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { chartsText } from '../i18n/charts-text.ts';
import { useText } from '../i18n/use-text.ts';
import { buttonClass } from '../ui/button-class.ts';
import { Button } from '../ui/button.tsx';
import { useFormat } from '../ui/format.ts';
import { ChevronIcon, ClockIcon, LinkIcon } from '../ui/icons.tsx';
import { toast } from '../ui/toast-store.ts';
import { AbsoluteRangeForm } from './absolute-range-form.tsx';
import { frozen, relativeRanges, searchOf, type TimeRange } from './time-range.ts';
import { useTimeRange } from './use-time-range.ts';

/** Chooses the time range of the address, and copies a link that shows the same range later. */
export function TimeRangeControl() {
  const t = useText(chartsText);
  const { range, setRange } = useTimeRange();
  const [isOpen, setIsOpen] = useState(false);
  const words = useRangeWords(range);
  const choose = (next: TimeRange) => {
    setRange(next);
    setIsOpen(false);
  };
  return (
    <div className="flex gap-2">
      <Popover.Root open={isOpen} onOpenChange={(open) => setIsOpen(open)}>
        <Popover.Trigger className={buttonClass('quiet')}>
          <ClockIcon className="text-muted" />
          <span className="sr-only">{t('timeRange')}: </span>
          {words}
          <ChevronIcon className="size-3! rotate-90 text-muted" />
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Positioner align="end" sideOffset={6} className="z-50">
            <Popover.Popup
              aria-label={t('timeRange')}
              className="grid w-[min(30rem,calc(100vw-2rem))] gap-1 rounded-lg border border-line bg-raised p-1 shadow-raised outline-none sm:grid-cols-[11rem_1fr]"
            >
              <ul className="space-y-0.5 p-1">
                {relativeRanges.map((entry) => {
                  const isChosen = range.kind === 'relative' && range.range === entry;
                  return (
                    <li key={entry}>
                      <button
                        type="button"
                        aria-pressed={isChosen}
                        onClick={() => choose({ kind: 'relative', range: entry })}
                        className="w-full rounded-md px-2.5 py-1.5 text-left hover:bg-sunken aria-pressed:bg-accent-soft aria-pressed:font-medium aria-pressed:text-accent"
                      >
                        {t(`last${entry}`)}
                      </button>
                    </li>
                  );
                })}
              </ul>
              <AbsoluteRangeForm range={range} onChoose={choose} />
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
      <CopyLinkButton />
    </div>
  );
}

function CopyLinkButton() {
  const t = useText(chartsText);
  const copyLink = useCopyLink();
  return (
    <Button look="quiet" onClick={copyLink} aria-label={t('copyLink')} title={t('copyLinkNote')}>
      <LinkIcon />
    </Button>
  );
}

/** Copies the address of the page as it is seen now: a range that ends now is written as fixed times. */
export function useCopyLink(): () => void {
  const t = useText(chartsText);
  const router = useRouter();
  const { range } = useTimeRange();
  return () => {
    const search = searchOf(frozen(range, Date.now()));
    const { href } = router.buildLocation({ to: '.', search: (old) => ({ ...old, ...search }) });
    navigator.clipboard.writeText(new URL(href, globalThis.location.origin).href).then(
      () => toast(t('linkCopied')),
      () => toast(t('linkNotCopied'), 'bad'),
    );
  };
}

function useRangeWords(range: TimeRange): string {
  const t = useText(chartsText);
  const { dayAndTime } = useFormat();
  if (range.kind === 'relative') return t(`last${range.range}`);
  return t('fromTo', { from: dayAndTime(range.fromMs), to: dayAndTime(range.toMs) });
}
