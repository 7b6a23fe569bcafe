import { createKey } from '@cluster-ai/contract/api/keys.ts';
import { useQueryClient, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import { call } from '../../api/client.ts';
import { keysText } from '../../i18n/keys-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { draftBody, type KeyDraft } from './key-draft.ts';
import { KeyForm } from './key-form.tsx';
import { KeyMade } from './key-made.tsx';

type Made = z.output<typeof createKey.answer>;

interface CreateKeyDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Asks what the key is for, makes it, and shows it in the only moment in which it can be seen. */
export function CreateKeyDialog({ isOpen, onClose }: CreateKeyDialogProps) {
  const t = useText(keysText);
  const client = useQueryClient();
  const [made, setMade] = useState<Made | null>(null);
  const creating = useMutation({
    mutationFn: (draft: KeyDraft) => call(createKey, { body: draftBody(draft, Date.now()) }),
    onSuccess: (answer) => {
      setMade(answer);
      void client.invalidateQueries({ queryKey: ['keys'] });
    },
  });
  const close = () => {
    setMade(null);
    creating.reset();
    onClose();
  };
  return (
    <Dialog
      isOpen={isOpen}
      onClose={close}
      isHeld={made !== null}
      width="wide"
      title={made === null ? t('createTitle') : t('madeTitle', { name: made.key.name })}
      {...(made === null ? { summary: t('createSummary') } : {})}
    >
      {made === null ? (
        <KeyForm
          error={creating.error}
          isPending={creating.isPending}
          onCancel={close}
          onSubmit={(draft) => creating.mutate(draft)}
        />
      ) : (
        <KeyMade apiKey={made.key} secret={made.secret} onDone={close} />
      )}
    </Dialog>
  );
}
