import { textBundle } from './catalogue.ts';
import { gateways as en } from './en/gateways.ts';
import { gateways as ptBr } from './pt-br/gateways.ts';

export const gatewaysText = textBundle(en, ptBr);
