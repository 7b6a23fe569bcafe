import { textBundle } from './catalogue.ts';
import { compare as en } from './en/compare.ts';
import { compare as ptBr } from './pt-br/compare.ts';

export const compareText = textBundle(en, ptBr);
