import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { isModelName } from '@cluster-ai/core/names/model-name.ts';
import { useQuery } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { modelQuery } from '../../../api/model-query.ts';
import { FileDrop } from '../../../forms/file-drop.tsx';
import { FormError } from '../../../forms/form-error.tsx';
import { LineageFields, problemText } from '../../../forms/lineage-fields.tsx';
import { SelectField } from '../../../forms/select-field.tsx';
import { TextAreaField } from '../../../forms/text-area-field.tsx';
import { TextField } from '../../../forms/text-field.tsx';
import { lineageText } from '../../../i18n/lineage-text.ts';
import { pushText } from '../../../i18n/push-text.ts';
import { uiText } from '../../../i18n/ui-text.ts';
import { useText, type Text } from '../../../i18n/use-text.ts';
import { Button } from '../../../ui/button.tsx';
import { CommandLine } from '../../../ui/command-line.tsx';
import { DialogActions } from '../../../ui/dialog.tsx';
import { useDebounced } from '../../../ui/use-debounced.ts';
import { suggestedName, type SourceFile } from '../../../upload/chosen-files.ts';
import type { PushDraft } from '../../../upload/push-state.ts';
import { ChosenList } from './chosen-list.tsx';
import { draftOf, emptyForm, formProblem, type FormProblem, type PushForm as Form } from './push-draft.ts';

/** A pause in typing after which a model of this name is looked for, milliseconds. */
const lookUpMs = 300;

interface PushFormProps {
  readonly model: string;
  readonly onPush: (draft: PushDraft) => void;
  readonly onCancel: () => void;
}

/** What is pushed: files, name, and what is to be known about the version. */
export function PushForm({ model, onPush, onCancel }: PushFormProps) {
  const t = useText(pushText);
  const lineage = useText(lineageText);
  const ui = useText(uiText);
  const [form, setForm] = useState<Form>({ ...emptyForm, model });
  const [dropError, setDropError] = useState<Error | null>(null);
  const change = (part: Partial<Form>) => setForm((old) => ({ ...old, ...part }));
  const problem = formProblem(form);
  const reason = problem === null ? undefined : (problemText(lineage, form.lineage) ?? formText(t, problem));
  const choose = (sources: readonly SourceFile[]) => {
    setDropError(null);
    change({ sources, ...(form.model === '' ? { model: suggestedName(sources) } : {}) });
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (problem === null) onPush(draftOf(form));
  };
  return (
    <form onSubmit={submit} className="space-y-4" noValidate>
      <FileDrop label={t('files')} onFiles={choose} onError={setDropError}>
        <ChosenList
          sources={form.sources}
          onRemove={(file) => change({ sources: form.sources.filter((source) => source.file !== file) })}
        />
      </FileDrop>
      {form.sources.length > 0 && isAboutFiles(problem) && <p className="text-sm font-medium text-bad">{reason}</p>}
      <FormError error={dropError} />
      <ModelFields form={form} onChange={change} />
      <details className="rounded-lg border border-line px-4 py-3">
        <summary className="font-medium">{t('about')}</summary>
        <div className="space-y-4 pt-3">
          <TextAreaField
            label={t('notes')}
            hint={t('notesHint')}
            value={form.notes}
            onChange={(notes) => change({ notes })}
            rows={2}
            maxLength={10_000}
          />
          <LineageFields
            label={t('lineage')}
            entries={form.lineage}
            onChange={(entries) => change({ lineage: entries })}
          />
        </div>
      </details>
      <DialogActions command={<CommandLine command={commandOf(t, form)} />}>
        <Button look="quiet" onClick={onCancel}>
          {ui('cancel')}
        </Button>
        <Button look="primary" type="submit" disabledReason={reason}>
          {t('start')}
        </Button>
      </DialogActions>
    </form>
  );
}

interface ModelFieldsProps {
  readonly form: Form;
  readonly onChange: (part: Partial<Form>) => void;
}

/** Name, description and traffic, with what the registry says about the name. */
function ModelFields({ form, onChange }: ModelFieldsProps) {
  const t = useText(pushText);
  const name = form.model.trim();
  const asked = useDebounced(name, lookUpMs);
  const { data, error } = useQuery({ ...modelQuery(asked), enabled: isModelName(asked), retry: false });
  const known = asked === name && isModelName(name) ? data : undefined;
  const isNew = asked === name && isModelName(name) && error !== null && data === undefined;
  const newest = known?.versions[0]?.version;
  const isSplit = known?.route?.policy.kind === 'split';
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={t('name')}
          value={form.model}
          onChange={(model) => onChange({ model })}
          error={name === '' || isModelName(name) ? undefined : t('nameWrong')}
          hint={newest !== undefined ? t('isVersion', { version: String(newest) }) : isNew ? t('isNew') : t('nameHint')}
          autoComplete="off"
          spellCheck={false}
          mono
        />
        <SelectField
          label={t('deploy')}
          value={form.deploy}
          options={[
            { value: 'latest', label: t('deployLatest') },
            { value: 'none', label: t('deployNone') },
          ]}
          onChange={(deploy) => onChange({ deploy })}
          hint={
            form.deploy === 'none'
              ? t('deployNoneHint')
              : isSplit
                ? t('deploySplitHint', { route: name })
                : t('deployLatestHint')
          }
        />
      </div>
      <TextAreaField
        label={t('description')}
        hint={known === undefined ? t('descriptionHint') : t('descriptionKept')}
        value={form.description}
        onChange={(description) => onChange({ description })}
        rows={2}
        maxLength={2_000}
      />
    </>
  );
}

function isAboutFiles(problem: FormProblem | null): boolean {
  return problem !== null && !['nameFirst', 'nameWrong', 'textTooLong', 'lineage'].includes(problem.kind);
}

/** A problem in words; those of lineages have their own. */
function formText(t: Text<typeof pushText.en>, problem: FormProblem): string {
  switch (problem.kind) {
    case 'twice':
    case 'pathTooLong':
    case 'empty':
      return t(problem.kind, { path: problem.path });
    case 'textTooLong':
    case 'lineage':
      return t('notesHint');
    default:
      return t(problem.kind);
  }
}

function commandOf(t: Text<typeof pushText.en>, form: Form): string {
  const { model, description, deploy, notes, lineage } = draftOf(form);
  return cliWords.pushModel(model === '' ? 'my-model' : model, form.sources.length > 1 ? t('folder') : t('file'), {
    description,
    deploy: deploy === 'latest',
    notes: notes === '' ? undefined : notes,
    lineage,
  });
}
