import { textBundle } from './catalogue.ts';
import { batching as en } from './en/batching.ts';
import { batching as ptBr } from './pt-br/batching.ts';

export const batchingText = textBundle(en, ptBr);
