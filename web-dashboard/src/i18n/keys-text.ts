import { textBundle } from './catalogue.ts';
import { keys as en } from './en/keys.ts';
import { keys as ptBr } from './pt-br/keys.ts';

export const keysText = textBundle(en, ptBr);
