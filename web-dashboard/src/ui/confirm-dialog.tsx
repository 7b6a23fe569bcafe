import { useState, type SubmitEvent, type ReactNode } from 'react';
import { FormError } from '../forms/form-error.tsx';
import { TextField } from '../forms/text-field.tsx';
import { uiText } from '../i18n/ui-text.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from './button.tsx';
import { CommandLine } from './command-line.tsx';
import { Dialog, DialogActions } from './dialog.tsx';

interface ConfirmDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** What has to be typed, the name of the thing; without it a press is enough. */
  readonly typed?: string;
  /** The verb on the button: "Delete iris". */
  readonly action: string;
  readonly look?: 'primary' | 'danger';
  /** The same in a terminal. */
  readonly command?: string;
  readonly isPending: boolean;
  /** Why the last try failed. */
  readonly error: Error | null;
  readonly onConfirm: () => void;
  /** What will happen, and what will not come back. */
  readonly children: ReactNode;
}

/** Asks before something that cannot be undone; the name of what is lost has to be typed. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { isOpen, onClose, title, children } = props;
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={title}>
      <div className="text-muted">{children}</div>
      <ConfirmForm {...props} />
    </Dialog>
  );
}

function ConfirmForm(props: ConfirmDialogProps) {
  const { typed, action, look = 'danger', command, isPending, error, onConfirm, onClose } = props;
  const t = useText(uiText);
  const [text, setText] = useState('');
  const isRight = typed === undefined || text === typed;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (isRight && !isPending) onConfirm();
  };
  return (
    <form onSubmit={submit} className="space-y-4">
      {typed !== undefined && (
        <TextField
          label={t('typeToConfirm', { name: typed })}
          value={text}
          onChange={setText}
          autoComplete="off"
          spellCheck={false}
          mono
        />
      )}
      <FormError error={error} />
      <DialogActions command={command === undefined ? undefined : <CommandLine command={command} />}>
        <Button look="quiet" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button
          look={look}
          type="submit"
          isPending={isPending}
          disabledReason={isRight ? undefined : t('typeFirst', { name: typed })}
        >
          {action}
        </Button>
      </DialogActions>
    </form>
  );
}
