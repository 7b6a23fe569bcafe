import { textBundle } from './catalogue.ts';
import { ui as en } from './en/ui.ts';
import { ui as ptBr } from './pt-br/ui.ts';

export const uiText = textBundle(en, ptBr);
