import type { TensorSignature } from '../inference/signature.ts';
import { nearestName } from '../names/nearest-name.ts';

/** Something in which a configuration does not fit its model. */
export interface FitProblem {
  /** A path in the configuration, as `input[0].dims`. */
  readonly place: string;
  readonly message: string;
  readonly fix: string;
}

/** Where this many are found in one list, its other entries wait until these are mended. */
const problemsMax = 50;

/** What is wrong with the entries of a list, which must not be compared with a model to its end when all of it is wrong. */
export function problemsOf<T>(
  entries: readonly T[],
  check: (entry: T, index: number) => readonly FitProblem[],
): FitProblem[] {
  const problems: FitProblem[] = [];
  for (const [index, entry] of entries.entries()) {
    if (problems.length >= problemsMax) break;
    problems.push(...check(entry, index));
  }
  return problems;
}

/** Names of a model that are listed for whoever gave another one. */
const namesShownMax = 20;

/** A name that the model does not have, with the nearest that it has. */
export function unknownTensor(
  place: string,
  field: string,
  name: string,
  model: readonly TensorSignature[],
): FitProblem {
  const names = model.map((tensor) => tensor.name);
  const nearest = nearestName(name, names);
  const more = names.length > namesShownMax ? `, and ${names.length - namesShownMax} more` : '';
  const own = `${names
    .slice(0, namesShownMax)
    .map((known) => `'${known}'`)
    .join(', ')}${more}`;
  return {
    place,
    message: `the model has no ${field} '${name}'`,
    fix: nearest === undefined ? `its ${field}s are ${own === '' ? 'none' : own}` : `did you mean '${nearest}'?`,
  };
}

/** As `config.pbtxt` writes a datatype. */
export function typeName(datatype: string): string {
  return datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`;
}
