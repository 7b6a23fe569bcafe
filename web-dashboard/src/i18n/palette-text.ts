import { textBundle } from './catalogue.ts';
import { palette as en } from './en/palette.ts';
import { palette as ptBr } from './pt-br/palette.ts';

export const paletteText = textBundle(en, ptBr);
