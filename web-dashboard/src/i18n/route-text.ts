import { textBundle } from './catalogue.ts';
import { route as en } from './en/route.ts';
import { route as ptBr } from './pt-br/route.ts';

export const routeText = textBundle(en, ptBr);
