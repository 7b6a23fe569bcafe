import { useEffect, useState } from 'react';
import { uiText } from '../i18n/ui-text.ts';
import { useText } from '../i18n/use-text.ts';
import { CheckIcon, CopyIcon, CrossIcon } from './icons.tsx';

const confirmationMs = 2_000;

interface CopyButtonProps {
  readonly text: string;
  /** Names it for those who cannot see what the button stands beside: "the curl call". */
  readonly what: string;
  readonly compact?: boolean;
  readonly onCopied?: () => void;
}

/** Copies `text`, and says whether it could. */
export function CopyButton({ text, what, compact = false, onCopied }: CopyButtonProps) {
  const t = useText(uiText);
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
      onCopied?.();
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
      aria-label={t('copyWhat', { what })}
      title={t('copyWhat', { what })}
      className={`inline-flex shrink-0 items-center gap-1.5 rounded-md text-muted hover:bg-sunken hover:text-ink ${compact ? 'p-1' : 'border border-line bg-surface px-2.5 py-1'}`}
    >
      <Icon />
      <span aria-live="polite" className={compact ? 'sr-only' : ''}>
        {t(label)}
      </span>
    </button>
  );
}

const looks = {
  idle: { Icon: CopyIcon, label: 'copy' },
  copied: { Icon: CheckIcon, label: 'copied' },
  refused: { Icon: CrossIcon, label: 'copyRefused' },
} as const;
