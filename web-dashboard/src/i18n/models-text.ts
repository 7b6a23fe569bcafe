import { textBundle } from './catalogue.ts';
import { models as en } from './en/models.ts';
import { models as ptBr } from './pt-br/models.ts';

export const modelsText = textBundle(en, ptBr);
