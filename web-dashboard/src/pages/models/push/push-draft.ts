import { modelDescriptionSchema, versionNotesSchema } from '@cluster-ai/contract/api/models.ts';
import { isModelName } from '@cluster-ai/core/names/model-name.ts';
import { lineageOf, lineageProblem, type LineageEntry } from '../../../forms/lineage-draft.ts';
import { filesProblem, namedFiles, type FilesProblem, type SourceFile } from '../../../upload/chosen-files.ts';
import type { PushDraft } from '../../../upload/push-state.ts';

/** The form of a push as it is being filled. */
export interface PushForm {
  readonly sources: readonly SourceFile[];
  readonly model: string;
  readonly description: string;
  readonly deploy: 'latest' | 'none';
  readonly notes: string;
  readonly lineage: readonly LineageEntry[];
}

export const emptyForm: PushForm = {
  sources: [],
  model: '',
  description: '',
  deploy: 'latest',
  notes: '',
  lineage: [],
};

export type FormProblem = FilesProblem | { readonly kind: 'nameFirst' | 'nameWrong' | 'textTooLong' | 'lineage' };

/** The first thing that stands in the way; null for a form that can be sent. */
export function formProblem(form: PushForm): FormProblem | null {
  const files = filesProblem(namedFiles(form.sources));
  if (files !== null) return files;
  if (form.model.trim() === '') return { kind: 'nameFirst' };
  if (!isModelName(form.model.trim())) return { kind: 'nameWrong' };
  const fits =
    modelDescriptionSchema.safeParse(form.description).success && versionNotesSchema.safeParse(form.notes).success;
  if (!fits) return { kind: 'textTooLong' };
  return lineageProblem(form.lineage) === null ? null : { kind: 'lineage' };
}

export function draftOf(form: PushForm): PushDraft {
  return {
    model: form.model.trim(),
    // Nothing typed leaves the description of a model that is there already.
    description: form.description.trim() === '' ? undefined : form.description.trim(),
    notes: form.notes.trim(),
    lineage: lineageOf(form.lineage),
    deploy: form.deploy,
    files: namedFiles(form.sources),
  };
}
