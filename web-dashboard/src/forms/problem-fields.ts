import { ClusterError } from '@cluster-ai/core/errors.ts';

export interface ProblemFields {
  /** What is wrong with each field of the form, in the server's words. */
  readonly fields: Readonly<Record<string, string>>;
  /** What no field of the form can show; null when the fields say it all. */
  readonly rest: Error | null;
}

/**
 * Divides the refusal of a form among its fields. The control plane names fields as `body.email: …; body.role: …`.
 * @param names the fields that the form has, as the API calls them
 */
export function problemFields(error: Error | null, names: readonly string[]): ProblemFields {
  if (!(error instanceof ClusterError) || error.code !== 'INVALID_ARGUMENT') return { fields: {}, rest: error };
  const parts = error.message.split('; ').map((part) => /^body\.([A-Za-z0-9_]+)[A-Za-z0-9_.]*: (.+)$/s.exec(part));
  const fields: Record<string, string> = {};
  for (const match of parts) {
    const [, name = '', text = ''] = match ?? [];
    // One part that has no field on the screen, and the whole sentence has to be shown.
    if (!names.includes(name)) return { fields: {}, rest: error };
    fields[name] = fields[name] === undefined ? text : `${fields[name]}. ${text}`;
  }
  return { fields, rest: null };
}
