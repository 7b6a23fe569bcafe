import { textBundle } from './catalogue.ts';
import { overview as en } from './en/overview.ts';
import { overview as ptBr } from './pt-br/overview.ts';

export const overviewText = textBundle(en, ptBr);
