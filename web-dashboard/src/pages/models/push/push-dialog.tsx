import { useState } from 'react';
import { pushText } from '../../../i18n/push-text.ts';
import { useText } from '../../../i18n/use-text.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { push, usePushState } from '../../../upload/browser-push.ts';
import { forgetUpload, rememberedUpload } from '../../../upload/remembered-upload.ts';
import { PushDone, PushFailed } from './push-end.tsx';
import { PushForm } from './push-form.tsx';
import { PushProgress } from './push-progress.tsx';
import { ResumeForm } from './resume-form.tsx';

interface PushDialogProps {
  readonly isOpen: boolean;
  /** The model that is offered; empty for none. */
  readonly model: string;
  readonly onClose: () => void;
}

/** Pushes a model through the browser. Closing it leaves a push that is under way alone. */
export function PushDialog({ isOpen, model, onClose }: PushDialogProps) {
  const t = useText(pushText);
  const state = usePushState();
  const close = () => {
    push.clear();
    onClose();
  };
  return (
    <Dialog
      isOpen={isOpen}
      onClose={close}
      width="wide"
      title={state.step === 'idle' ? t('title') : `${t('title')}: ${state.model}`}
      {...(state.step === 'idle' ? { summary: t('summary') } : {})}
    >
      {state.step === 'idle' && <Begin model={model} onCancel={close} />}
      {(state.step === 'reading' || state.step === 'sending' || state.step === 'committing') && (
        <PushProgress state={state} />
      )}
      {state.step === 'done' && <PushDone state={state} />}
      {state.step === 'failed' && <PushFailed state={state} />}
    </Dialog>
  );
}

/** An interrupted push first: it is taken up again, or discarded. */
function Begin({ model, onCancel }: { readonly model: string; readonly onCancel: () => void }) {
  const [remembered, setRemembered] = useState(() => rememberedUpload());
  if (remembered === null) {
    return <PushForm model={model} onPush={(draft) => push.start(draft, null)} onCancel={onCancel} />;
  }
  const discard = () => {
    forgetUpload();
    setRemembered(null);
  };
  return <ResumeForm remembered={remembered} onDiscard={discard} />;
}
