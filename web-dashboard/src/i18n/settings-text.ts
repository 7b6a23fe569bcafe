import { textBundle } from './catalogue.ts';
import { settings as en } from './en/settings.ts';
import { settings as ptBr } from './pt-br/settings.ts';

export const settingsText = textBundle(en, ptBr);
