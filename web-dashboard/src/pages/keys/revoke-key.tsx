import { revokeKey, type ApiKey } from '@cluster-ai/contract/api/keys.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { useCan } from '../../api/session.ts';
import { keysText } from '../../i18n/keys-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { toast } from '../../ui/toast-store.ts';

/** Ends a key for good, after asking. */
export function RevokeKey({ apiKey: { id, name, state } }: { readonly apiKey: ApiKey }) {
  const t = useText(keysText);
  const client = useQueryClient();
  const { reason } = useCan('operator');
  const [isAsking, setIsAsking] = useState(false);
  const revoking = useMutation({
    mutationFn: () => call(revokeKey, { params: { id } }),
    onSuccess: () => {
      toast(t('wasRevoked', { name }));
      setIsAsking(false);
      void client.invalidateQueries({ queryKey: ['keys'] });
    },
  });
  return (
    <>
      <Button
        look="quiet"
        size="small"
        aria-label={t('revokeLabel', { name })}
        disabledReason={state === 'revoked' ? t('alreadyEnded') : reason}
        onClick={() => setIsAsking(true)}
      >
        {t('revoke')}
      </Button>
      {/* Made when it is asked for: a page has many rows. */}
      {isAsking && (
        <ConfirmDialog
          isOpen
          onClose={() => setIsAsking(false)}
          title={t('revokeTitle', { name })}
          action={t('revokeAction')}
          command={cliWords.revokeKey(id)}
          isPending={revoking.isPending}
          error={revoking.error}
          onConfirm={() => revoking.mutate()}
        >
          <p>{t('revokeText')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
