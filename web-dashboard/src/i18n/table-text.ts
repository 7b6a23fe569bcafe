import { textBundle } from './catalogue.ts';
import { table as en } from './en/table.ts';
import { table as ptBr } from './pt-br/table.ts';

export const tableText = textBundle(en, ptBr);
