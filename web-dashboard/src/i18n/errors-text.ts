import { textBundle } from './catalogue.ts';
import { errors as en } from './en/errors.ts';
import { errors as ptBr } from './pt-br/errors.ts';

export const errorsText = textBundle(en, ptBr);
