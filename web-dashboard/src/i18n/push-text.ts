import { textBundle } from './catalogue.ts';
import { push as en } from './en/push.ts';
import { push as ptBr } from './pt-br/push.ts';

export const pushText = textBundle(en, ptBr);
