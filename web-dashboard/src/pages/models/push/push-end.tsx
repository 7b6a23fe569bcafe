import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { overviewQuery } from '../../../api/overview.ts';
import { modelId, observationsOf } from '../../../api/version-standing.ts';
import { pushText } from '../../../i18n/push-text.ts';
import { useText } from '../../../i18n/use-text.ts';
import { pathTo } from '../../../routes/path-to.ts';
import { buttonClass } from '../../../ui/button-class.ts';
import { Button } from '../../../ui/button.tsx';
import { CommandLine } from '../../../ui/command-line.tsx';
import { DialogActions } from '../../../ui/dialog.tsx';
import { ErrorText } from '../../../ui/error-text.tsx';
import { Notice } from '../../../ui/status.tsx';
import { useErrorTitle } from '../../../ui/use-error-title.ts';
import { push } from '../../../upload/browser-push.ts';
import type { PushState } from '../../../upload/push-state.ts';
import { VersionStates } from '../version-states.tsx';

/** The version is made: how it comes up on the gateways, live. */
export function PushDone({ state }: { readonly state: Extract<PushState, { step: 'done' }> }) {
  const t = useText(pushText);
  const { model, version, deployed } = state;
  const overview = useQuery(overviewQuery).data;
  const isReady = observationsOf(overview, modelId(model, version)).some(({ observed }) => observed?.state === 'READY');
  return (
    <div className="space-y-4">
      <Notice tone="good" title={t('done', { model, version: String(version) })}>
        <p>{deployed ? t('doneDeployed', { model }) : t('doneResting')}</p>
      </Notice>
      <div aria-live="polite">
        <VersionStates overview={overview} model={model} version={version} routed={deployed ? 'yes' : 'no'} />
      </div>
      <DialogActions command={<CommandLine command={cliWords.showVersion(model, version)} />}>
        <Button look="quiet" onClick={() => push.clear()}>
          {t('another')}
        </Button>
        {deployed && isReady && (
          <Link {...pathTo.playground(model)} className={buttonClass('quiet')}>
            {t('tryIt')}
          </Link>
        )}
        <Link {...pathTo.modelVersion(model, version)} className={buttonClass('primary')}>
          {t('openVersion')}
        </Link>
      </DialogActions>
    </div>
  );
}

interface PushFailedProps {
  readonly state: Extract<PushState, { step: 'failed' }>;
}

/** Why a push has ended, and how it goes on. */
export function PushFailed({ state: { model, error, canContinue } }: PushFailedProps) {
  const t = useText(pushText);
  const headline = useErrorTitle(error);
  return (
    <div className="space-y-4">
      <div role="alert">
        <Notice tone="bad" title={`${t('failed', { model })}: ${headline}`}>
          <ErrorText error={error} />
          {canContinue && <p>{t('failedKept')}</p>}
        </Notice>
      </div>
      <DialogActions>
        <Button look="quiet" onClick={() => push.clear()}>
          {t('back')}
        </Button>
        {canContinue && (
          <Button look="primary" onClick={() => push.proceed()}>
            {t('tryAgain')}
          </Button>
        )}
      </DialogActions>
    </div>
  );
}
