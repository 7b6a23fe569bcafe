import { useEffect, useState } from 'react';
import { CheckIcon, CopyIcon, CrossIcon } from './icons.tsx';

const confirmationMs = 2_000;

/** Copies `text`. `what` names it for those who cannot see what the button stands beside: "Copy the curl call". */
export function CopyButton({
  text,
  what,
  compact = false,
}: {
  readonly text: string;
  readonly what: string;
  readonly compact?: boolean;
}) {
  const [outcome, setOutcome] = useState<'idle' | 'copied' | 'refused'>('idle');
  useEffect(() => {
    if (outcome === 'idle') return undefined;
    const timer = setTimeout(() => setOutcome('idle'), confirmationMs);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('copied');
    } catch {
      // The browser may forbid it; the text stands on the screen and can be selected.
      setOutcome('refused');
    }
  };
  const { Icon, label } = looks[outcome];
  return (
    <button
      type="button"
      onClick={copy}
      aria-label={`Copy ${what}`}
      title={`Copy ${what}`}
      className={`inline-flex shrink-0 items-center gap-1.5 rounded-md text-muted hover:bg-sunken hover:text-ink ${compact ? 'p-1' : 'border border-line bg-surface px-2.5 py-1'}`}
    >
      <Icon />
      <span aria-live="polite" className={compact ? 'sr-only' : ''}>
        {label}
      </span>
    </button>
  );
}

const looks = {
  idle: { Icon: CopyIcon, label: 'Copy' },
  copied: { Icon: CheckIcon, label: 'Copied' },
  refused: { Icon: CrossIcon, label: 'Not allowed: select the text' },
} as const;
