import { deleteModelVersion } from '@cluster-ai/contract/api/models.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import { modelText } from '../../i18n/model-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { toast } from '../../ui/toast-store.ts';

interface DeleteVersionDialogProps {
  readonly model: string;
  readonly version: number;
  readonly onClose: () => void;
  readonly onDeleted?: () => void;
}

/** Deletes one version that nothing uses. */
export function DeleteVersionDialog({ model, version, onClose, onDeleted }: DeleteVersionDialogProps) {
  const t = useText(modelText);
  const client = useQueryClient();
  const number = String(version);
  const deleting = useMutation({
    mutationFn: () => call(deleteModelVersion, { params: { name: model, version } }),
    onSuccess: () => {
      toast(t('versionDeleted', { model, version: number }));
      onClose();
      onDeleted?.();
      void client.invalidateQueries({ queryKey: ['models'] });
      void client.invalidateQueries({ queryKey: ['model', model] });
    },
  });
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={t('deleteVersionTitle', { model, version: number })}
      action={t('deleteVersionAction')}
      command={cliWords.deleteVersion(model, version)}
      isPending={deleting.isPending}
      error={deleting.error}
      onConfirm={() => deleting.mutate()}
    >
      <p>{t('deleteVersionText')}</p>
    </ConfirmDialog>
  );
}
