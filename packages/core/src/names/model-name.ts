import { ClusterError } from '../errors.ts';

/** Longest model, route, alias or key name, in characters; also keeps every derived file name within 255 bytes. */
export const nameLengthMax = 128;

const pattern = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** True for a name that is safe in a URL path, a metric label and a table. Names never become file paths. */
export function isModelName(name: string): boolean {
  return name.length <= nameLengthMax && pattern.test(name);
}

/** @throws ClusterError INVALID_ARGUMENT with the rule. */
export function assertModelName(name: string, what = 'model name'): void {
  if (isModelName(name)) return;
  throw new ClusterError(
    'INVALID_ARGUMENT',
    `${what} ${JSON.stringify(name.slice(0, nameLengthMax))} is not valid: use 1 to ${nameLengthMax} letters, digits, '.', '_' or '-', starting with a letter or digit`,
  );
}
