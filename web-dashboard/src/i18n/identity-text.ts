import { textBundle } from './catalogue.ts';
import { identity as en } from './en/identity.ts';
import { identity as ptBr } from './pt-br/identity.ts';

export const identityText = textBundle(en, ptBr);
