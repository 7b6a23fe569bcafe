import { updateVersion, versionNotesSchema, type WholeVersion } from '@cluster-ai/contract/api/models.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { call, etagOf } from '../../api/client.ts';
import { versionQuery } from '../../api/model-query.ts';
import { FormError } from '../../forms/form-error.tsx';
import { entriesOf, lineageOf, type LineageEntry } from '../../forms/lineage-draft.ts';
import { LineageFields, problemText } from '../../forms/lineage-fields.tsx';
import { TextAreaField } from '../../forms/text-area-field.tsx';
import { lineageText } from '../../i18n/lineage-text.ts';
import { uiText } from '../../i18n/ui-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { versionText } from '../../i18n/version-text.ts';
import { Button } from '../../ui/button.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { toast } from '../../ui/toast-store.ts';
import { annotationOf } from './annotation.ts';

interface AnnotateDialogProps {
  readonly model: string;
  readonly version: WholeVersion;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Changes what people say about a version. */
export function AnnotateDialog({ model, version, isOpen, onClose }: AnnotateDialogProps) {
  const t = useText(versionText);
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      width="wide"
      title={t('annotateTitle', { model, version: String(version.version) })}
    >
      <AnnotateForm model={model} version={version} onClose={onClose} />
    </Dialog>
  );
}

function AnnotateForm({ model, version, onClose }: Omit<AnnotateDialogProps, 'isOpen'>) {
  const t = useText(versionText);
  const words = useText(lineageText);
  const ui = useText(uiText);
  const client = useQueryClient();
  // As it was when the dialog was opened: the change is against this.
  const [before] = useState(version);
  const [notes, setNotes] = useState(before.notes);
  const [entries, setEntries] = useState<readonly LineageEntry[]>(() => entriesOf(before.lineage));
  const number = before.version;
  const change = annotationOf(before, notes.trim(), lineageOf(entries));
  const tooLong = versionNotesSchema.safeParse(notes).success ? undefined : t('tooLong');
  const reason = tooLong ?? problemText(words, entries) ?? (change === null ? t('unchanged') : undefined);
  const saving = useMutation({
    mutationFn: () =>
      call(updateVersion, {
        params: { name: model, version: number },
        body: { notes: notes.trim(), lineage: lineageOf(entries) },
        ifMatch: etagOf(before),
      }),
    onSuccess: (answer) => {
      client.setQueryData(versionQuery(model, number).queryKey, answer);
      void client.invalidateQueries({ queryKey: ['model', model] });
      toast(t('saved', { version: String(number) }));
      onClose();
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (reason === undefined && !saving.isPending) saving.mutate();
  };
  return (
    <form onSubmit={submit} className="space-y-4" noValidate>
      <TextAreaField label={t('notes')} value={notes} onChange={setNotes} error={tooLong} rows={4} />
      <LineageFields label={t('lineage')} entries={entries} onChange={setEntries} />
      <FormError error={saving.error} />
      <DialogActions
        command={change !== null && <CommandLine command={cliWords.annotateVersion(model, number, change)} />}
      >
        <Button look="quiet" onClick={onClose}>
          {ui('cancel')}
        </Button>
        <Button look="primary" type="submit" isPending={saving.isPending} disabledReason={reason}>
          {t('save')}
        </Button>
      </DialogActions>
    </form>
  );
}
