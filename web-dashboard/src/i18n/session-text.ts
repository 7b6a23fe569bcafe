import { textBundle } from './catalogue.ts';
import { session as en } from './en/session.ts';
import { session as ptBr } from './pt-br/session.ts';

export const sessionText = textBundle(en, ptBr);
