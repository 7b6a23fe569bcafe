import type { getModel, getVersion } from '@cluster-ai/contract/api/models.ts';
import type { z } from 'zod';
import type { ReadState } from '../../http/preconditions.ts';

/** What tells one state of a model from another: its revision. */
export const modelState: ReadState<z.output<typeof getModel.params>> = async (query, { name }) => {
  const row = await query.selectFrom('models').select('revision').where('name', '=', name).executeTakeFirst();
  if (row === undefined) return null;
  const audited = { target: name, nouns: ['model', 'version', 'alias'] };
  return { tag: String(row.revision), what: `model '${name}'`, audited };
};

export const versionState: ReadState<z.output<typeof getVersion.params>> = async (query, { name, version }) => {
  const row = await query
    .selectFrom('model_versions')
    .select('revision')
    .where('model', '=', name)
    .where('version', '=', version)
    .executeTakeFirst();
  if (row === undefined) return null;
  const audited = { target: name, nouns: ['version'] };
  return { tag: String(row.revision), what: `version ${version} of model '${name}'`, audited };
};
