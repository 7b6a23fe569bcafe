import { ClusterError } from '@cluster-ai/core/errors.ts';
import { useEffect, useState } from 'react';
import { identityText } from '../../i18n/identity-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { useFormat } from '../../ui/format.ts';

/** How long a lockout still lasts, counted down. Nothing for other errors. */
export function LockedNotice({ error, failedAtMs }: { readonly error: Error | null; readonly failedAtMs: number }) {
  const t = useText(identityText);
  const { countdown } = useFormat();
  const seconds = error instanceof ClusterError && error.code === 'LOCKED_OUT' ? error.retryAfterSeconds : undefined;
  const leftMs = useCountdown(seconds === undefined ? 0 : failedAtMs + seconds * 1_000);
  if (seconds === undefined) return null;
  return <p className="font-medium">{t('locked', { wait: countdown(leftMs) })}</p>;
}

/** Milliseconds until a moment, once a second; 0 when it has come. */
function useCountdown(untilMs: number): number {
  const [leftMs, setLeftMs] = useState(0);
  useEffect(() => {
    const count = () => setLeftMs(Math.max(0, untilMs - Date.now()));
    count();
    if (untilMs <= Date.now()) return undefined;
    const timer = setInterval(count, 1_000);
    return () => clearInterval(timer);
  }, [untilMs]);
  return leftMs;
}
