import { textBundle } from './catalogue.ts';
import { lineage as en } from './en/lineage.ts';
import { lineage as ptBr } from './pt-br/lineage.ts';

export const lineageText = textBundle(en, ptBr);
