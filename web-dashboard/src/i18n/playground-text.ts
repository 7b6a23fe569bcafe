import { textBundle } from './catalogue.ts';
import { playground as en } from './en/playground.ts';
import { playground as ptBr } from './pt-br/playground.ts';

export const playgroundText = textBundle(en, ptBr);
