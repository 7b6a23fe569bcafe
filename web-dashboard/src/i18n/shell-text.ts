import { textBundle } from './catalogue.ts';
import { shell as en } from './en/shell.ts';
import { shell as ptBr } from './pt-br/shell.ts';

export const shellText = textBundle(en, ptBr);
