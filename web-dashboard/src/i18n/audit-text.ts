import { textBundle } from './catalogue.ts';
import { audit as en } from './en/audit.ts';
import { audit as ptBr } from './pt-br/audit.ts';

export const auditText = textBundle(en, ptBr);
