import { deleteModel, modelDescriptionSchema, updateModel, type Model } from '@cluster-ai/contract/api/models.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type SubmitEvent } from 'react';
import { call, etagOf } from '../../api/client.ts';
import { useCan } from '../../api/session.ts';
import { FormError } from '../../forms/form-error.tsx';
import { TextAreaField } from '../../forms/text-area-field.tsx';
import { modelText } from '../../i18n/model-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { Button } from '../../ui/button.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Panel } from '../../ui/section.tsx';
import { toast } from '../../ui/toast-store.ts';
import { useModelChanged } from './use-model-changed.ts';

/** What a model says about itself, and its end. */
export function SettingsTab({ model }: { readonly model: Model }) {
  return (
    <div className="space-y-6">
      <Panel className="p-5">
        <DescriptionForm model={model} />
      </Panel>
      <Panel className="p-5">
        <DeleteModel model={model} />
      </Panel>
    </div>
  );
}

function DescriptionForm({ model }: { readonly model: Model }) {
  const t = useText(modelText);
  const { reason } = useCan('operator');
  const changed = useModelChanged();
  // As it was when the typing began: the change is against this.
  const [before, setBefore] = useState(model);
  const [text, setText] = useState(before.description);
  const { name } = model;
  const saving = useMutation({
    mutationFn: () =>
      call(updateModel, { params: { name }, body: { description: text.trim() }, ifMatch: etagOf(before) }),
    onSuccess: (answer) => {
      changed(answer);
      setBefore(answer);
      setText(answer.description);
      toast(t('saved', { model: name }));
    },
  });
  const isChanged = text.trim() !== before.description;
  const tooLong = modelDescriptionSchema.safeParse(text.trim()).success ? undefined : t('tooLong');
  const held = reason ?? tooLong ?? (isChanged ? undefined : t('unchanged'));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (held === undefined && !saving.isPending) saving.mutate();
  };
  return (
    <form onSubmit={submit} className="max-w-3xl space-y-3" noValidate>
      <TextAreaField
        label={t('description')}
        hint={t('descriptionHint')}
        error={tooLong}
        value={text}
        onChange={setText}
        rows={3}
      />
      <FormError error={saving.error}>
        {isOvertaken(saving.error) && (
          <div className="space-y-2 pt-1">
            <p>{t('changedMeanwhile', { model: name })}</p>
            <Button
              look="quiet"
              size="small"
              onClick={() => {
                saving.reset();
                setBefore(model);
                setText(model.description);
              }}
            >
              {t('loadTheirs')}
            </Button>
          </div>
        )}
      </FormError>
      <div className="flex flex-wrap items-center gap-3">
        <Button look="primary" type="submit" isPending={saving.isPending} disabledReason={held}>
          {t('save')}
        </Button>
        {isChanged && <CommandLine command={cliWords.describeModel(name, text.trim())} />}
      </div>
    </form>
  );
}

function isOvertaken(error: Error | null): boolean {
  return error instanceof ClusterError && error.code === 'PRECONDITION_FAILED';
}

function DeleteModel({ model: { name, versionCount } }: { readonly model: Model }) {
  const t = useText(modelText);
  const client = useQueryClient();
  const navigate = useNavigate();
  const { reason } = useCan('operator');
  const [isAsking, setIsAsking] = useState(false);
  const deleting = useMutation({
    mutationFn: () => call(deleteModel, { params: { name } }),
    onSuccess: async () => {
      toast(t('deleted', { model: name }));
      await navigate(pathTo.models());
      client.removeQueries({ queryKey: ['model', name] });
      void client.invalidateQueries({ queryKey: ['models'] });
      void client.invalidateQueries({ queryKey: ['routes'] });
    },
  });
  return (
    <div className="flex flex-wrap items-center justify-between gap-4">
      <div className="space-y-0.5">
        <h2 className="font-semibold">{t('danger')}</h2>
        <p className="max-w-prose text-muted">{t('dangerText', { count: versionCount })}</p>
      </div>
      <Button look="danger" disabledReason={reason} onClick={() => setIsAsking(true)}>
        {t('delete')}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        typed={name}
        title={t('deleteTitle', { model: name })}
        action={t('deleteAction')}
        command={cliWords.deleteModel(name)}
        isPending={deleting.isPending}
        error={deleting.error}
        onConfirm={() => deleting.mutate()}
      >
        <p>{t('deleteText', { count: versionCount, model: name })}</p>
      </ConfirmDialog>
    </div>
  );
}
