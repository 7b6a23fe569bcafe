import { textBundle } from './catalogue.ts';
import { model as en } from './en/model.ts';
import { model as ptBr } from './pt-br/model.ts';

export const modelText = textBundle(en, ptBr);
