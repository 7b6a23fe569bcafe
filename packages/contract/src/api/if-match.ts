/**
 * `If-Match` for a change that builds on this revision, for those who have the revision in a list and not the ETag of an
 * answer of its own: entity tags here begin with the state, and a write compares the state alone.
 */
export function ifMatchRevision({ revision }: { readonly revision: number }): string {
  return `"${revision}"`;
}
