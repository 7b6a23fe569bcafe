import { Link } from '@tanstack/react-router';
import { pushText } from '../../../i18n/push-text.ts';
import { useText } from '../../../i18n/use-text.ts';
import { pathTo } from '../../../routes/path-to.ts';
import { useFormat } from '../../../ui/format.ts';
import { Status } from '../../../ui/status.tsx';
import { usePushState } from '../../../upload/browser-push.ts';
import { isUnderWay } from '../../../upload/push-state.ts';
import { shareOf } from './push-progress.tsx';

/** A push that goes on behind the page. */
export function PushMark() {
  const t = useText(pushText);
  const { percent } = useFormat();
  const state = usePushState();
  if (!isUnderWay(state) || state.step === 'idle' || state.step === 'done' || state.step === 'failed') return null;
  return (
    <p className="flex items-center gap-3 text-sm">
      <Status tone="progress">{t('underWay', { model: state.model, percent: percent(shareOf(state)) })}</Status>
      <Link {...pathTo.models({ do: 'push' })} className="text-accent hover:underline">
        {t('show')}
      </Link>
    </p>
  );
}
