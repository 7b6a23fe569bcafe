import type { TensorSignature } from '../inference/signature.ts';
import { nearestName } from '../names/nearest-name.ts';

/** Something in which a configuration does not fit its model. */
export interface FitProblem {
  /** A path in the configuration, as `input[0].dims`. */
  readonly place: string;
  readonly message: string;
  readonly fix: string;
}

/** A name that the model does not have, with the nearest that it has. */
export function unknownTensor(
  place: string,
  field: string,
  name: string,
  model: readonly TensorSignature[],
): FitProblem {
  const names = model.map((tensor) => tensor.name);
  const nearest = nearestName(name, names);
  const own = names.map((known) => `'${known}'`).join(', ');
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
