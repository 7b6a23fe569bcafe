import { pushText } from '../../../i18n/push-text.ts';
import { useText } from '../../../i18n/use-text.ts';
import { Button } from '../../../ui/button.tsx';
import { DialogActions } from '../../../ui/dialog.tsx';
import { ErrorText } from '../../../ui/error-text.tsx';
import { useFormat } from '../../../ui/format.ts';
import { ProgressBar } from '../../../ui/progress-bar.tsx';
import { Notice } from '../../../ui/status.tsx';
import { Timestamp } from '../../../ui/timestamp.tsx';
import { push } from '../../../upload/browser-push.ts';
import type { PushState } from '../../../upload/push-state.ts';

type UnderWay = Extract<PushState, { step: 'reading' | 'sending' | 'committing' }>;

/** A push that is under way: how far, how fast, and how to stop it. */
export function PushProgress({ state }: { readonly state: UnderWay }) {
  const t = useText(pushText);
  const isPaused = state.step === 'sending' && state.isPaused;
  const title = isPaused ? t('paused') : t(state.step);
  return (
    <div className="space-y-4">
      <div className="space-y-2">
        <p className="font-medium" aria-live="polite">
          {title}
        </p>
        <ProgressBar label={title} share={shareOf(state)} />
        {state.step !== 'committing' && <Figures state={state} />}
      </div>
      {state.step === 'sending' && state.trouble !== null ? (
        <Notice tone="warn" title={t('lost')}>
          <p>{t.rich('lostNote', { when: <Timestamp at={state.trouble.retryAtMs} /> })}</p>
          <ErrorText error={state.trouble.error} />
        </Notice>
      ) : (
        <p className="text-sm text-muted">{t(state.step === 'reading' ? 'readingNote' : 'keepOpen')}</p>
      )}
      <DialogActions>
        {state.step !== 'committing' && (
          <Button look="quiet" onClick={() => push.cancel()}>
            {t('cancel')}
          </Button>
        )}
        {state.step === 'sending' &&
          (state.trouble !== null ? (
            <Button look="primary" onClick={() => push.tryNow()}>
              {t('tryNow')}
            </Button>
          ) : (
            <Button look="quiet" onClick={() => (isPaused ? push.resume() : push.pause())}>
              {t(isPaused ? 'resume' : 'pause')}
            </Button>
          ))}
      </DialogActions>
    </div>
  );
}

/** 0 to 1; nothing to send is done. */
export function shareOf(state: UnderWay): number {
  return state.step === 'committing' || state.totalBytes === 0 ? 1 : state.bytes / state.totalBytes;
}

function Figures({ state }: { readonly state: Exclude<UnderWay, { step: 'committing' }> }) {
  const t = useText(pushText);
  const { bytes, percent, duration } = useFormat();
  const pace = state.step === 'sending' ? state.pace : null;
  return (
    <p className="flex flex-wrap justify-between gap-x-4 text-sm text-muted tabular-nums">
      <span>
        {percent(shareOf(state))} · {t('sent', { bytes: bytes(state.bytes), total: bytes(state.totalBytes) })}
      </span>
      {state.step === 'sending' && !state.isPaused && state.trouble === null && (
        <span>
          {pace === null
            ? t('measuring')
            : `${t('rate', { rate: bytes(pace.bytesPerSecond) })}${pace.remainingMs === null ? '' : ` · ${t('remaining', { time: duration(pace.remainingMs + 500) })}`}`}
        </span>
      )}
    </p>
  );
}
