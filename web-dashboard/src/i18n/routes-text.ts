import { textBundle } from './catalogue.ts';
import { routes as en } from './en/routes.ts';
import { routes as ptBr } from './pt-br/routes.ts';

export const routesText = textBundle(en, ptBr);
